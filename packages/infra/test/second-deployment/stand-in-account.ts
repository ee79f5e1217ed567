/**
 * A stand-in for an AWS account that refuses conflicts with its existing resources. A second deployment fails here where it
 * would fail at AWS, because the engine creates before it deletes.
 */
import type { Inputs, Resource } from "../../src/testing/graph.ts";

interface Kind {
  /** The inputs that must be unique together in an account. */
  readonly once?: readonly string[];
  /** The inputs that cannot change (the provider's schema, `ForceNew`). */
  readonly fixed: readonly string[];
}

const named = { once: ["name"], fixed: ["name"] };
const KINDS: Readonly<Record<string, Kind>> = {
  "aws:acm/certificate:Certificate": { fixed: ["domainName", "subjectAlternativeNames", "validationMethod"] },
  "aws:acm/certificateValidation:CertificateValidation": { fixed: ["certificateArn"] },
  "aws:apigatewayv2/api:Api": { fixed: ["protocolType"] },
  "aws:apigatewayv2/apiMapping:ApiMapping": {
    once: ["domainName", "apiMappingKey"],
    fixed: ["domainName", "apiId"],
  },
  "aws:apigatewayv2/authorizer:Authorizer": { once: ["apiId", "name"], fixed: ["apiId"] },
  "aws:apigatewayv2/domainName:DomainName": { once: ["domainName"], fixed: ["domainName"] },
  "aws:apigatewayv2/integration:Integration": { fixed: ["apiId", "integrationType"] },
  "aws:apigatewayv2/route:Route": { once: ["apiId", "routeKey"], fixed: ["apiId"] },
  "aws:apigatewayv2/stage:Stage": { once: ["apiId", "name"], fixed: ["apiId", "name"] },
  "aws:budgets/budget:Budget": named,
  "aws:cloudwatch/dashboard:Dashboard": { once: ["dashboardName"], fixed: ["dashboardName"] },
  "aws:cloudwatch/logGroup:LogGroup": named,
  "aws:cloudwatch/metricAlarm:MetricAlarm": named,
  "aws:iam/role:Role": named,
  "aws:lambda/alias:Alias": { once: ["functionName", "name"], fixed: ["functionName", "name"] },
  "aws:lambda/function:Function": { once: ["name"], fixed: ["name", "packageType"] },
  "aws:lambda/permission:Permission": {
    once: ["function", "qualifier", "statementId"],
    fixed: ["action", "function", "principal", "qualifier", "sourceArn", "statementId"],
  },
  "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": {
    once: ["functionName", "qualifier"],
    fixed: ["functionName", "qualifier"],
  },
  "aws:route53/record:Record": { once: ["zoneId", "name", "type"], fixed: ["zoneId", "name", "type"] },
  "aws:s3/bucketObjectv2:BucketObjectv2": { fixed: ["bucket", "key"] },
  "aws:scheduler/schedule:Schedule": named,
  "random:index/randomBytes:RandomBytes": { fixed: ["length"] },
};

/** A refusal by AWS, or by the engine on its behalf. */
export class RefusedByAws extends Error {}

/** @throws Error for a type whose rules are not defined here. */
export function fixedOf(type: string): readonly string[] {
  const kind = KINDS[type];
  if (!kind)
    throw new Error(`stand-in-account.ts does not know ${type}; add its unique and its fixed inputs`);
  return kind.fixed;
}

const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";

export class StandInAccount {
  readonly #resources = new Map<object, Resource>();

  /** @returns a stand-in for AWS's id. */
  create(resource: Resource): object {
    this.#check(resource);
    const id = {};
    this.#resources.set(id, resource);
    return id;
  }

  update(id: object, resource: Resource): void {
    this.#check(resource, id);
    this.#resources.set(id, resource);
  }

  delete(id: object): void {
    this.#resources.delete(id);
  }

  #check(resource: Resource, itself?: object): void {
    const { type, inputs } = resource;
    const others = [...this.#resources].flatMap(([id, other]) =>
      id !== itself && other.type === type ? [other] : [],
    );
    const once = KINDS[type]?.once;
    const identity = once && identityOf(inputs, once);
    // A name that AWS generates is always new.
    if (identity !== undefined && others.some((other) => identityOf(other.inputs, once ?? []) === identity)) {
      throw new RefusedByAws(
        type === ROUTE
          ? `ConflictException: Route with key ${inputs.routeKey} already exists for this API`
          : `ConflictException: ${type} ${identity} already exists`,
      );
    }
    if (type === ROUTE) checkVariables(inputs, others);
    if (type === STAGE) this.#checkLimitedRoutes(inputs);
  }

  #checkLimitedRoutes({ apiId, routeSettings }: Inputs): void {
    const keys = [...this.#resources.values()].flatMap(({ type, inputs }) =>
      type === ROUTE && inputs.apiId === apiId ? [inputs.routeKey] : [],
    );
    for (const { routeKey } of (routeSettings ?? []) as Inputs[])
      if (!keys.includes(routeKey ?? null))
        throw new RefusedByAws(`NotFoundException: Unable to find Route by key ${routeKey}`);
  }
}

function identityOf(inputs: Inputs, once: readonly string[]): string | undefined {
  const values = once.map((property) => inputs[property] ?? "");
  return values.at(-1) === "" && once.at(-1) !== "apiMappingKey" ? undefined : values.join(" ");
}

/** One variable name at each place of a path; plain and greedy variables are separate. */
function checkVariables({ apiId, routeKey }: Inputs, others: readonly Resource[]): void {
  for (const { inputs } of others.filter(({ inputs }) => inputs.apiId === apiId)) {
    const ours = pathOf(routeKey);
    const theirs = pathOf(inputs.routeKey);
    for (const [index, segment] of ours.entries()) {
      const other = theirs[index] ?? "";
      if (isVariable(segment) && isVariable(other) && segment.endsWith("+}") === other.endsWith("+}")) {
        if (segment !== other)
          throw new RefusedByAws(
            `BadRequestException: ${routeKey} has a conflicting variable on the same hierarchical level as ${inputs.routeKey}`,
          );
      } else if (segment !== other) break;
    }
  }
}

function pathOf(routeKey: unknown): string[] {
  return String(routeKey).split(" ")[1]?.split("/") ?? [];
}

function isVariable(segment: string): boolean {
  return segment.startsWith("{");
}
