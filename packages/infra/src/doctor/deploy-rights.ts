/**
 * Finds resources that a deploy role may not create. It may create some kinds, with names that start with app and stage. The
 * tests of `packages/delivery` compare this list with its policies.
 */
import type { Inputs, Json, Resource } from "../testing/graph.ts";

/** The allowed kinds, by module of Pulumi's provider. A module with both sorts lists its allowed kinds. */
const KNOWN: Readonly<Record<string, readonly string[] | "all">> = {
  acm: "all",
  apigatewayv2: "all",
  budgets: "all",
  cloudwatch: ["Dashboard", "EventRule", "EventTarget", "LogGroup", "MetricAlarm"],
  dynamodb: ["Table"],
  iam: ["Role", "RolePolicy", "RolePolicyAttachment"],
  lambda: ["Alias", "EventSourceMapping", "Function", "Permission", "ProvisionedConcurrencyConfig"],
  route53: ["Record"],
  s3: "all",
  scheduler: ["Schedule"],
  sns: ["Topic", "TopicPolicy", "TopicSubscription"],
  sqs: ["Queue", "QueuePolicy"],
};

/** The provider's modules for which IAM has a different service name. */
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

/** The resources of one service that a deploy role may not create. */
export interface MissingRight {
  /** For example `aws:kinesis/stream:Stream`. */
  readonly types: readonly string[];
  /** For the deploy role's `alsoDeploys`. Undefined for IAM, because the role could remove its own boundary. */
  readonly statement?: { readonly actions: readonly string[]; readonly resources: readonly string[] };
}

/**
 * Finds the kinds that a deploy role may not create, with the statement that allows them.
 *
 * @param prefix the start of the stage's names, `my-api-dev-`.
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
        // An id is not known before the resource exists.
        resources: [areNamed ? `arn:aws:${service}:*:*:*${prefix}*` : "*"],
      },
    };
  });
}

/** The kinds whose names a deploy role checks, with the input that has the name. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventRule:EventRule": "name",
  "aws:dynamodb/table:Table": "name",
  "aws:iam/role:Role": "name",
  "aws:lambda/function:Function": "name",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:scheduler/schedule:Schedule": "name",
  "aws:sns/topic:Topic": "name",
  "aws:sqs/queue:Queue": "name",
};

/**
 * The names that a deploy role would refuse: shortened by SST, or chosen in the program. A resource without a name has its name
 * in the program, because Pulumi makes one of it.
 */
export function foreignNames(resources: readonly Resource[], prefix: string): readonly string[] {
  return resources.flatMap(({ type, name: nameInProgram, inputs }) => {
    const input = NAMED_BY[type];
    if (input === undefined) return [];
    const name = String(inputs[input] ?? nameInProgram);
    // S3 accepts lower case only.
    return name.startsWith(input === "bucket" ? prefix.toLowerCase() : prefix) ? [] : [name];
  });
}

/** IAM's service for a kind of resource. */
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
