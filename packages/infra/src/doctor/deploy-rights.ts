/**
 * What a deploy role cannot make: it knows some kinds of resources, by names that begin with those of app and stage. The
 * tests of `packages/delivery` hold this list against its policies.
 */
import type { Inputs, Json, Resource } from "../testing/graph.ts";

/** The kinds, by the modules of Pulumi's provider; a module with kinds of both sorts names those that it knows. */
const KNOWN: Readonly<Record<string, readonly string[] | "all">> = {
  acm: "all",
  apigatewayv2: "all",
  budgets: "all",
  cloudwatch: ["Dashboard", "EventRule", "EventTarget", "LogGroup", "MetricAlarm"],
  dynamodb: ["Table"],
  iam: ["Role", "RolePolicy"],
  lambda: ["Alias", "EventSourceMapping", "Function", "Permission", "ProvisionedConcurrencyConfig"],
  route53: ["Record"],
  s3: "all",
  scheduler: ["Schedule"],
  sns: ["Topic", "TopicPolicy", "TopicSubscription"],
  sqs: ["Queue", "QueuePolicy"],
};

/** Where IAM has another word for a service than the provider has for its module. */
const SERVICES: Readonly<Record<string, string>> = {
  appautoscaling: "application-autoscaling",
  cfg: "config",
  cloudwatch: "events",
  cognito: "cognito-idp",
  efs: "elasticfilesystem",
  lb: "elasticloadbalancing",
  msk: "kafka",
  opensearch: "es",
  sesv2: "ses",
  sfn: "states",
};

/** What a stage consists of and a deploy role does not know, of one service. */
export interface MissingRight {
  /** As in `aws:kinesis/stream:Stream`. */
  readonly types: readonly string[];
  /** For the deploy role's `alsoDeploys`. None for IAM: with it the role could free itself of its boundary. */
  readonly statement?: { readonly actions: readonly string[]; readonly resources: readonly string[] };
}

/**
 * Finds the kinds that no deploy role may make, with the line that allows them.
 *
 * @param prefix what the stage's names begin with, `my-api-dev-`.
 */
export function missingRights(resources: readonly Resource[], prefix: string): readonly MissingRight[] {
  const others = resources.filter(
    ({ type, isComponent }) => !isComponent && type.startsWith("aws:") && !isKnown(type),
  );
  return [...Map.groupBy(others, ({ type }) => serviceOf(type))].map(([service, ofService]) => {
    const areNamed = ofService.every(({ inputs }) => bearsPrefix(inputs, prefix));
    const types = [...new Set(ofService.map(({ type }) => type))].sort();
    if (service === "iam") return { types };
    return {
      types,
      statement: {
        actions: [`${service}:*`],
        // What has an id in the place of a name is not known before.
        resources: [areNamed ? `arn:aws:${service}:*:*:*${prefix}*` : "*"],
      },
    };
  });
}

/** The names that a deploy role would not know as the stage's: SST cuts long ones at the app's. */
export function cutNames(resources: readonly Resource[], prefix: string): readonly string[] {
  return resources.flatMap(({ type, inputs }) => {
    const name = inputs.name;
    const isOurs =
      /^aws:(dynamodb\/table|iam\/role|lambda\/function|scheduler\/schedule|sns\/topic|sqs\/queue):/.test(
        type,
      );
    return isOurs && typeof name === "string" && !name.startsWith(prefix) ? [name] : [];
  });
}

/** The service of IAM that a kind of resource belongs to. */
export function serviceOf(type: string): string {
  const module = moduleOf(type);
  return SERVICES[module] ?? module;
}

function isKnown(type: string): boolean {
  const kinds = KNOWN[moduleOf(type)];
  return kinds === "all" || (kinds?.includes(type.split(":")[2] ?? "") ?? false);
}

function moduleOf(type: string): string {
  return type.split(":")[1]?.split("/")[0] ?? "";
}

function bearsPrefix(inputs: Inputs, prefix: string): boolean {
  return Object.values(inputs).some((value: Json) => typeof value === "string" && value.startsWith(prefix));
}
