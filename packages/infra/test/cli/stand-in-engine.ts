/**
 * A stand-in for Pulumi's engine, which `sst` runs as `pulumi`. It runs the bundled program under Pulumi's mocks, talks to
 * `sst` as in a real deployment, compares the result with the previous state, and writes the new resources where `sst` looks
 * for them.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Graph, type Inputs, masked, type Resource } from "../../src/testing/graph.ts";
import { recordGraph } from "../../src/testing/record-graph.ts";
import { type Deployed, deployAgain, type Operation } from "../second-deployment/deploy-again.ts";
import { RefusedByAws } from "../second-deployment/stand-in-account.ts";

const [command = "", ...args] = process.argv.slice(2);
appendFileSync(process.env.STAND_IN_CALLS ?? "/dev/null", `${JSON.stringify([command, ...args])}\n`);
// The program changes the working directory.
const projectFolder = process.cwd();

function after(flag: string): string {
  return args[args.indexOf(flag) + 1] ?? "";
}

function checkpointFile(stack: string): string {
  return join(projectFolder, ".pulumi/stacks", `${stack.split("/").slice(1).join("/")}.json`);
}

function writeCheckpoint(stack: string, resources: readonly object[]): void {
  const file = checkpointFile(stack);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { latest: { manifest: {}, resources } } }));
}

/** The program: the `main` of the Pulumi project. */
function programFile(): string {
  return /^main: (.+)$/m.exec(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8"))?.[1] ?? "";
}

interface State {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly inputs: Inputs;
  readonly dependencies?: readonly string[];
  readonly outputs: unknown;
}

/** The previous deployment's state; empty before the first. */
function readCheckpoint(stack: string): State[] {
  if (!existsSync(checkpointFile(stack))) return [];
  return JSON.parse(readFileSync(checkpointFile(stack), "utf8")).checkpoint.latest?.resources ?? [];
}

function deployedOf(states: readonly State[]): Deployed {
  return {
    resources: states.map(
      ({ urn, type, custom, inputs = {}, dependencies = [] }): Resource => ({
        urn,
        type,
        name: urn.split("::").at(-1) ?? "",
        parent: "",
        isComponent: !custom,
        inputs,
        dependsOn: dependencies,
        aliases: [],
        deleteBeforeReplace: false,
        ignoreChanges: [],
        protect: false,
        retainOnDelete: false,
      }),
    ),
  };
}

/** In the engine's format, without secrets. */
function stateOf({ resources, outputs, hints }: Graph): State[] {
  // The stack comes before its resources.
  const inOrder = resources.toSorted((a, b) => Number(a.parent !== "") - Number(b.parent !== ""));
  return inOrder.map(({ urn, type, parent, isComponent, name, inputs, dependsOn }) => ({
    urn,
    type,
    custom: !isComponent,
    inputs: masked(inputs) as Inputs,
    dependencies: dependsOn,
    ...(parent && { parent }),
    ...(!isComponent && { id: name }),
    outputs:
      type === "pulumi:pulumi:Stack"
        ? masked(outputs)
        : hints[urn] === undefined
          ? {}
          : { _hint: masked(hints[urn]) },
  }));
}

/** Writes the engine's events, one per line, for `sst` to show. */
function writeEvents(file: string, events: readonly object[]): void {
  for (const [sequence, event] of events.entries())
    appendFileSync(file, `${JSON.stringify({ sequence, timestamp: 0, ...event })}\n`);
}

function eventsOf(operation: Operation, state: State): object[] {
  const isGone = operation === "delete";
  const metadata = {
    op: operation,
    urn: state.urn,
    type: state.type,
    old: operation === "create" ? null : state,
    new: isGone ? null : state,
    provider: "",
  };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
}

/** @throws RefusedByAws */
function deploy(before: readonly State[], graph: Graph): { states: State[]; events: object[] } {
  const states = stateOf(graph);
  const operations = new Map(
    deployAgain(deployedOf(before), graph).map(({ operation, resource: { urn } }) => [urn, operation]),
  );
  const isNew = (state: State) => !state.custom && !before.some(({ urn }) => urn === state.urn);
  const gone = before.filter(({ urn }) => operations.get(urn) === "delete");
  return {
    states,
    events: [...states, ...gone].flatMap((state) => {
      const operation = operations.get(state.urn) ?? (isNew(state) ? "create" : undefined);
      return operation ? eventsOf(operation, state) : [];
    }),
  };
}

if (command === "stack" && args[0] === "init") {
  writeCheckpoint(args[1] ?? "", []);
} else if (command === "up" || command === "preview") {
  const stack = after("--stack");
  const [, app = "", stage = ""] = stack.split("/");
  const eventLog = after("--event-log");
  const program = pathToFileURL(programFile()).href;
  const result = await recordGraph({
    // `sst` runs it in its own folder, not the project's.
    platform: process.env.STAND_IN_PLATFORM ?? "",
    app,
    stage,
    program: async () => (await import(program)).default,
  });
  writeFileSync(process.env.STAND_IN_RESULT ?? "/dev/null", JSON.stringify(result));
  const fail = (message: string) => {
    process.exitCode = 1;
    writeEvents(eventLog, [
      { diagnosticEvent: { urn: "", prefix: "error: ", message, color: "never", severity: "error" } },
    ]);
  };
  if ("failure" in result) fail(result.failure);
  else
    try {
      const { states, events } = deploy(readCheckpoint(stack), result.graph);
      if (command === "up") writeCheckpoint(stack, states);
      const create = events.length / 2;
      writeEvents(eventLog, [
        ...events,
        { summaryEvent: { maybeCorrupt: false, durationSeconds: 0, resourceChanges: { create } } },
      ]);
    } catch (error) {
      if (!(error instanceof RefusedByAws)) throw error;
      fail(error.message);
    }
} else if (command === "refresh") {
  const stack = after("--stack");
  /** Changes made in AWS's console, by resource name. */
  const changedByHand: Record<string, Inputs> = JSON.parse(process.env.STAND_IN_CHANGED_BY_HAND ?? "{}");
  const before = readCheckpoint(stack);
  const states = before.map((state) => {
    const changed = changedByHand[state.urn.split("::").at(-1) ?? ""];
    return changed ? { ...state, inputs: { ...state.inputs, ...changed } } : state;
  });
  writeCheckpoint(stack, states);
  writeEvents(after("--event-log"), [
    ...states.filter((state) => !before.includes(state)).flatMap((state) => eventsOf("update", state)),
    { summaryEvent: { maybeCorrupt: false, durationSeconds: 0, resourceChanges: {} } },
  ]);
} else {
  console.error(`The stand-in engine does not support "${command} ${args.join(" ")}".`);
  process.exitCode = 1;
}
