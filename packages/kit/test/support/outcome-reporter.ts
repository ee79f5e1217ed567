/** A reporter for `node --test-reporter`: one line of JSON for each finished test. */
import type { TestEvent } from "node:test/reporters";
import type { Outcome } from "./run-suites.ts";

export default async function* outcomeReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const { type, data } of events) {
    if (type === "test:start") names[data.nesting] = data.name;
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details.type === "suite" && type === "test:pass") continue;
    const outcome: Outcome = {
      path: names.slice(0, data.nesting).concat(data.name),
      passed: type === "test:pass",
      isSuite: data.details.type === "suite",
      message: type === "test:fail" ? causesOf(data.details.error).join("\n") : "",
    };
    yield `${JSON.stringify(outcome)}\n`;
  }
}

/** fast-check names the failure only in its error's cause. */
function causesOf({ cause }: Error): readonly string[] {
  return cause instanceof Error ? [cause.message, ...causesOf(cause)] : [];
}
