/**
 * Imitates a second deployment by Pulumi's engine: it finds each resource by URN or alias, compares inputs, creates and
 * updates in the order of dependencies, and deletes at the end (Pulumi docs, "Resource options": aliases,
 * deleteBeforeReplace, ignoreChanges).
 */
import { basename } from "node:path";
import { type Graph, type Inputs, masked, type Resource } from "../../src/testing/graph.ts";
import { fixedOf, StandInAccount } from "./stand-in-account.ts";

export type Operation = "create" | "update" | "replace" | "delete";

export interface Step {
  readonly operation: Operation;
  readonly resource: Resource;
}

/** The resources of a deployment that the engine keeps in its state. */
export type Deployed = Pick<Graph, "resources">;

/**
 * Deploys `after` over `before`. Independent resources have no order; `isReversed` reverses theirs.
 *
 * @throws RefusedByAws if the account refuses an operation.
 */
export function deployAgain(before: Deployed, after: Deployed, { isReversed = false } = {}): Step[] {
  const account = new StandInAccount();
  // The first deployment, in an empty account.
  const ids = new Map(inOrder(before.resources, false).map((old) => [old, account.create(old)]));
  const idOf = (old: Resource) => ids.get(old) ?? {};

  const steps: Step[] = [];
  const kept = new Set<Resource>();
  const deletedAtTheEnd: Resource[] = [];
  for (const resource of inOrder(after.resources, isReversed)) {
    const old = before.resources.find(({ urn }) => namesOf(resource).includes(urn));
    if (!old) {
      account.create(resource);
      steps.push({ operation: "create", resource });
      continue;
    }
    kept.add(old);
    const changed = changesOf(old, resource);
    if (changed.some((name) => fixedOf(resource.type).includes(name))) {
      if (resource.deleteBeforeReplace) account.delete(idOf(old));
      else deletedAtTheEnd.push(old);
      account.create(resource);
      steps.push({ operation: "replace", resource });
    } else if (changed.length > 0) {
      account.update(idOf(old), resource);
      steps.push({ operation: "update", resource });
    }
  }
  const gone = before.resources.filter((old) => !old.isComponent && !kept.has(old));
  for (const old of [...deletedAtTheEnd, ...gone]) account.delete(idOf(old));
  return [...steps, ...gone.map((resource) => ({ operation: "delete" as const, resource }))];
}

/** The URNs under which the engine looks for a resource. An alias is a name under the same parent. */
function namesOf({ urn, name, aliases }: Resource): string[] {
  return [urn, ...aliases.map((alias) => `${urn.slice(0, -name.length)}${alias}`)];
}

function changesOf(old: Resource, resource: Resource): string[] {
  // A file is compared by its content, whose hash is in its name, not by its folder.
  const text = (inputs: Inputs, name: string) =>
    JSON.stringify(masked(inputs[name] ?? null), (key, value) =>
      key === "$asset" ? basename(value) : value,
    );
  return [...new Set([...Object.keys(old.inputs), ...Object.keys(resource.inputs)])].filter(
    (name) =>
      !resource.ignoreChanges.includes(name) && text(old.inputs, name) !== text(resource.inputs, name),
  );
}

/** Resources after their dependencies, without components, which do not exist at AWS. */
function inOrder(resources: readonly Resource[], isReversed: boolean): Resource[] {
  const waiting = new Set(resources.filter(({ isComponent }) => !isComponent));
  const urns = new Set([...waiting].map(({ urn }) => urn));
  const done = new Set<string>();
  const ordered: Resource[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(({ dependsOn }) =>
      dependsOn.every((urn) => done.has(urn) || !urns.has(urn)),
    );
    if (ready.length === 0) throw new Error("Resources depend on each other in a circle");
    for (const resource of isReversed ? ready.toReversed() : ready) {
      waiting.delete(resource);
      done.add(resource.urn);
      ordered.push(resource);
    }
  }
  return ordered;
}
