/**
 * Run in a separate process: answers the events of its argument in order, with the handler as Lambda loads
 * it, and prints each answer with the packages that were loaded by then.
 */
import { registerHooks } from "node:module";
import { lambdaContext } from "../../src/testing/payload-event.ts";

const packages = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    if (name) packages.add(name);
    return nextLoad(url, context);
  },
});

const { handler } = await import("../fixtures/lambda.ts");
const statuses: number[] = [];
let answered: string[] = [];
for (const event of JSON.parse(process.argv[2] ?? "[]")) {
  const result = await handler(event, lambdaContext());
  statuses.push("statusCode" in result ? result.statusCode : 0);
  answered = [...packages];
}
process.stdout.write(`${JSON.stringify({ statuses, packages: answered.sort() })}\n`);
