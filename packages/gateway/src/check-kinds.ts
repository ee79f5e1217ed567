// Refuses a value of the wrong type with a sentence, for callers without a type checker.

import { ConfigurationError } from "./configuration-error.ts";

/** Throws a ConfigurationError for a value of another type; `path` names the value in its sentence. */
export type Kind = (value: unknown, path: string) => void;

const typeNames = { string: "a string", number: "a number", boolean: "a boolean", function: "a function" };

export function ofType(type: keyof typeof typeNames, example: string): Kind {
  return (value, path) => {
    if (typeof value !== type) refuse(path, value, typeNames[type], example);
  };
}

export function listOf(item: Kind, example: string): Kind {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, value, "a list", example);
    // Not forEach, which skips the holes of a list.
    for (const [index, each] of value.entries()) item(each, `${path}[${index}]`);
  };
}

/** An object with arbitrary names. */
export function recordOf(item: Kind, example: string): Kind {
  return (value, path) => {
    if (!isObject(value)) return refuse(path, value, "an object", example);
    for (const [name, each] of Object.entries(value)) item(each, member(path, name));
  };
}

/** Other fields are ignored. */
export function objectWith(fields: Readonly<Record<string, Kind>>, example: string): Kind {
  return (value, path) => {
    if (!isObject(value)) return refuse(path, value, "an object", example);
    for (const [name, field] of Object.entries(fields)) field(value[name], member(path, name));
  };
}

export function optional(kind: Kind): Kind {
  return (value, path) => {
    if (value !== undefined) kind(value, path);
  };
}

function refuse(path: string, value: unknown, kind: string, example: string): void {
  throw new ConfigurationError(`${path} is ${describe(value)}; write ${kind}, as in ${example}.`);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "string"
    ? JSON.stringify(value)
    : typeof value === "function"
      ? "a function"
      : String(value);
}

function member(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
