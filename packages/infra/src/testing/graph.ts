/** What a program would create, as data. */

export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The parent's URN; empty at the top. */
  readonly parent: string;
  /** A component groups resources, and is not a resource itself. */
  readonly isComponent: boolean;
  /** A secret value is `{ $secret: value }`. */
  readonly inputs: Inputs;
  readonly dependsOn: readonly string[];
  /** The names under which it is known where it has been made before. */
  readonly aliases: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

export type Json = null | boolean | number | string | readonly Json[] | Inputs;
export interface Inputs {
  readonly [name: string]: Json;
}

export interface Graph {
  readonly resources: readonly Resource[];
  /** What the program returned; secrets as in `inputs`. */
  readonly outputs: Inputs;
  /** What the components show beside their names, by URN. */
  readonly hints: Readonly<Record<string, Json>>;
}

export function isSecret(value: Json): value is { readonly $secret: Json } {
  return typeof value === "object" && value !== null && "$secret" in value;
}

/** A value without the marks of what is secret in it. */
export function plain(value: Json): Json {
  if (isSecret(value)) return plain(value.$secret);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}

/** A value with every secret replaced by stars: what may be shown. */
export function masked(value: Json): Json {
  if (isSecret(value)) return "***";
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]));
  }
  return value;
}
