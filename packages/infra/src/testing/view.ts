/** Queries on a graph. */
import { type Graph, type Inputs, type Json, plain, type Resource } from "./graph.ts";

/** The resources of a type, without secret marks. */
export function all(graph: Graph, type: string): Resource[] {
  return graph.resources
    .filter((resource) => resource.type === type)
    .map((resource) => ({ ...resource, inputs: plain(resource.inputs) as Inputs }));
}

/** The only resource of a type, or the only one of a component. */
export function one(graph: Graph, type: string, component = ""): Resource {
  const [found, ...more] = all(graph, type).filter(({ name }) => name.startsWith(component));
  if (!found || more.length > 0)
    throw new Error(`There are ${found ? 1 + more.length : 0} ${type} that start with "${component}"`);
  return found;
}

export interface Statement {
  readonly role: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By operator and key. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface PolicyDocument {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: Statement["conditions"];
  }[];
}

/** Every statement of every role, inline or attached. */
export function statements(graph: Graph): Statement[] {
  const inRoles = all(graph, "aws:iam/role:Role").flatMap(({ inputs }) =>
    ((inputs.inlinePolicies ?? []) as Inputs[]).map(({ policy }) => ({ role: inputs.name, policy })),
  );
  const attached = all(graph, "aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => ({
    role: inputs.role,
    policy: inputs.policy,
  }));
  return [...inRoles, ...attached].flatMap(({ role, policy }) =>
    (JSON.parse(String(policy)) as PolicyDocument).Statement.map((statement) => ({
      role: String(role),
      effect: statement.Effect,
      actions: [statement.Action].flat(),
      resources: [statement.Resource].flat(),
      conditions: statement.Condition ?? {},
    })),
  );
}

/** The principals that may assume each role, by the role's logical name. */
export function trust(graph: Graph): Record<string, Json> {
  return Object.fromEntries(
    all(graph, "aws:iam/role:Role").map(({ name, inputs: { assumeRolePolicy } }) => {
      const document = typeof assumeRolePolicy === "string" ? JSON.parse(assumeRolePolicy) : assumeRolePolicy;
      return [name, document.Statement.map(({ Principal }: { Principal: Json }) => Principal)];
    }),
  );
}

/** All rights to invoke functions: of services by permission, of roles by policy. */
export function invokers(graph: Graph): string[] {
  const byPermission = all(graph, "aws:lambda/permission:Permission").map(
    ({ inputs }) =>
      `${inputs.principal} for ${inputs.sourceArn} -> ${inputs.function}:${inputs.qualifier ?? "$LATEST"}`,
  );
  const byPolicy = statements(graph)
    .filter(({ actions }) => actions.some((action) => /^(lambda:(Invoke.*|\*)|\*)$/.test(action)))
    .flatMap(({ role, resources }) => resources.map((resource) => `${role} -> ${resource}`));
  return [...byPermission, ...byPolicy].sort();
}

/** The environment of a component's function. */
export function environment(graph: Graph, component = ""): Record<string, string> {
  const { inputs } = one(graph, "aws:lambda/function:Function", component);
  return (inputs.environment as Inputs).variables as Record<string, string>;
}
