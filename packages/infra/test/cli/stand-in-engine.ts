/**
 * Not Pulumi's engine: what `sst` runs as `pulumi`. It runs the program that `sst` has bundled under Pulumi's mocks,
 * in the conversation with `sst` that a real deployment has, and writes what was created where `sst` looks for it.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Graph, masked } from "../../src/testing/graph.ts";
import { recordGraph, writeResult } from "../../src/testing/record-graph.ts";

const [command = "", ...args] = process.argv.slice(2);
// The program will go elsewhere.
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

/** The program, which is to `sst` the `main` of a Pulumi project. */
function programFile(): string {
  return /^main: (.+)$/m.exec(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8"))?.[1] ?? "";
}

interface State {
  readonly urn: string;
  readonly type: string;
  readonly outputs: unknown;
}

/** As the engine keeps them, without what is secret. */
function stateOf({ resources, outputs, hints }: Graph): State[] {
  // The stack comes before what is in it.
  const inOrder = resources.toSorted((a, b) => Number(a.parent !== "") - Number(b.parent !== ""));
  return inOrder.map(({ urn, type, parent, isComponent, name }) => ({
    urn,
    type,
    custom: !isComponent,
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

/** Writes the engine's events, one a line, for `sst` to show. */
function writeEvents(file: string, events: readonly object[]): void {
  for (const [sequence, event] of events.entries())
    appendFileSync(file, `${JSON.stringify({ sequence, timestamp: 0, ...event })}\n`);
}

function creation(state: State): object[] {
  const metadata = { op: "create", urn: state.urn, type: state.type, old: null, new: state, provider: "" };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
}

if (command === "stack" && args[0] === "init") {
  writeCheckpoint(args[1] ?? "", []);
} else if (command === "up" || command === "preview") {
  const stack = after("--stack");
  const [, app = "", stage = ""] = stack.split("/");
  const eventLog = after("--event-log");
  const keepResult = writeResult(process.env.STAND_IN_RESULT ?? "/dev/null");
  const program = pathToFileURL(programFile()).href;
  await recordGraph(
    // It runs in a folder of `sst`'s, which is not the project's.
    {
      platform: process.env.STAND_IN_PLATFORM ?? "",
      app,
      stage,
      program: async () => (await import(program)).default,
    },
    (result) => {
      keepResult(result);
      if ("failure" in result) {
        const { failure: message } = result;
        writeEvents(eventLog, [
          { diagnosticEvent: { urn: "", prefix: "error: ", message, color: "never", severity: "error" } },
        ]);
        return;
      }
      const states = stateOf(result.graph);
      if (command === "up") writeCheckpoint(stack, states);
      writeEvents(eventLog, [
        ...states.flatMap(creation),
        {
          summaryEvent: {
            maybeCorrupt: false,
            durationSeconds: 0,
            resourceChanges: { create: states.length },
          },
        },
      ]);
    },
  );
} else {
  console.error(`The stand-in engine knows no "${command} ${args.join(" ")}".`);
  process.exitCode = 1;
}
