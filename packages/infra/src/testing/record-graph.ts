/**
 * Runs a Pulumi program under Pulumi's own mocks and records what it would create. Like the engine, and unlike the mocks, it
 * refuses two resources with the same name.
 */

import crypto from "node:crypto";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { answerTo, attributesOf, idOf } from "./aws-mocks.ts";
import type { Graph, Inputs, Json, Resource } from "./graph.ts";

/** The part used here. */
interface Struct {
  toJavaScript(): Record<string, unknown>;
}
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): Struct | undefined;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getAliasesList(): { getSpec(): { getName(): string } | undefined }[];
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct | undefined;
}
type Answer<Value> = (error: Error | null, value?: Value) => void;
interface Monitor {
  registerResource(request: RegisterRequest, answer: Answer<{ getUrn(): string }>): void;
  registerResourceOutputs(request: OutputsRequest, answer: Answer<object>): void;
}
interface MockArguments {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}
interface Pulumi {
  readonly runtime: {
    setMocks(
      mocks: {
        newResource(args: MockArguments): { id: string; state: Record<string, unknown> };
        call(args: { token: string; inputs: Record<string, unknown> }): Record<string, unknown>;
      },
      project: string,
      stack: string,
      preview: boolean,
      organization: string,
    ): Promise<void>;
    getMonitor(): Monitor;
    setAllConfig(config: Record<string, string>): void;
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
  };
}

export interface RecordOptions {
  /** The folder of `@pulumi/pulumi`, which must be the program's own copy. */
  readonly platform: string;
  readonly app: string;
  readonly stage: string;
  readonly program: () => Promise<unknown>;
}

/** A program's graph, or every reason why it failed. */
export type Recorded = { readonly graph: Graph } | { readonly failure: string };

/**
 * Records the program's graph. It is complete when the event loop is empty, because then every output has its value. An
 * unhandled rejection fails the program. Programs of one process run one after the other, each with a new state of Pulumi's
 * (`setMocks`).
 */
export async function recordGraph({ platform, app, stage, program }: RecordOptions): Promise<Recorded> {
  makeRandomBytesStable();
  const failures: unknown[] = [];
  const fail = (error: unknown) => failures.push(error);
  process.on("unhandledRejection", fail);

  const { runtime } = createRequire(join(platform, "package.json"))("@pulumi/pulumi") as Pulumi;
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: idOf(type, name, inputs),
        state: { ...inputs, ...attributesOf(type, name, inputs) },
      }),
      call: ({ token, inputs }) => answerTo(token, inputs),
    },
    app,
    stage,
    false,
    "organization",
  );
  runtime.setAllConfig({ "aws:region": "eu-west-1" });

  const resources: Resource[] = [];
  const urns = new Set<string>();
  let outputs: Inputs = {};
  const hints: Record<string, Json> = {};

  const monitor = runtime.getMonitor();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      const urn = response?.getUrn() ?? "";
      if (urns.has(urn)) {
        const message = `Two resources have the URN ${urn}`;
        failures.push(message);
        answer(new Error(message));
        return;
      }
      urns.add(urn);
      if (!error) resources.push(describeResource(request, urn));
      answer(error, response);
    });
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, answer) => {
    const values = structOf(request.getOutputs());
    if (request.getUrn().includes("::pulumi:pulumi:Stack::")) outputs = values;
    else if (values._hint !== undefined) hints[request.getUrn()] = values._hint;
    registerOutputs(request, answer);
  };

  const isComplete = new Promise((resolve) => process.once("beforeExit", resolve));
  runtime.runInPulumiStack(program).catch(fail);
  await isComplete;
  // Without an event, Node would not emit `beforeExit` again, for the next program.
  await setImmediate();
  process.off("unhandledRejection", fail);
  if (failures.length > 0) return failed(...failures);
  return { graph: { resources: resources.sort((a, b) => (a.urn < b.urn ? -1 : 1)), outputs, hints } };
}

function describeResource(request: RegisterRequest, urn: string): Resource {
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    isComponent: !request.getCustom(),
    inputs: structOf(request.getObject()),
    dependsOn: request.getDependenciesList().toSorted(),
    aliases: request
      .getAliasesList()
      .map((alias) => alias.getSpec()?.getName() ?? "")
      .filter((name) => name !== ""),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
  };
}

function structOf(struct: Struct | undefined): Inputs {
  return (struct ? readable(struct.toJavaScript()) : {}) as Inputs;
}

/** Pulumi's marks of special values (sdk: runtime/rpc.ts). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function readable(value: unknown): Json {
  if (value === UNKNOWN) throw new Error("A value is unknown, which should not happen under mocks");
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value as Json;
  if (SIGNATURE in value) {
    if (value[SIGNATURE] === SECRET && "value" in value) return { $secret: readable(value.value) };
    return "path" in value ? { $asset: String(value.path) } : { $special: String(value[SIGNATURE]) };
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}

/** Replaces the random parts of physical names, for stable snapshots. */
function makeRandomBytesStable(): void {
  crypto.randomBytes = ((size: number) => Buffer.alloc(size, 7)) as typeof crypto.randomBytes;
  syncBuiltinESMExports();
}

/** The result of a program that failed for these reasons. */
export function failed(...errors: readonly unknown[]): Recorded {
  const texts = errors.map((error) =>
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  return { failure: texts.join("\n") };
}
