/** The resources that a program would create, as data. */

export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The parent's URN; empty at the top. */
  readonly parent: string;
  /** A component groups resources but is not one itself. */
  readonly isComponent: boolean;
  /** A secret value is `{ $secret: value }`. */
  readonly inputs: Inputs;
  readonly dependsOn: readonly string[];
  /** Earlier names under which the engine may know it. */
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
  /** The program's return value, with secrets as in `inputs`. */
  readonly outputs: Inputs;
  /** The texts that components show beside their names, by URN. */
  readonly hints: Readonly<Record<string, Json>>;
}

export function isSecret(value: Json): value is { readonly $secret: Json } {
  return typeof value === "object" && value !== null && "$secret" in value;
}

/** A value without its secret marks. */
export function plain(value: Json): Json {
  if (isSecret(value)) return plain(value.$secret);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}

/** A value with every secret replaced by stars, safe to print. */
export function masked(value: Json): Json {
  if (isSecret(value)) return "***";
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]));
  }
  return value;
}
