/**
 * Run as a process of its own: answers the events of its argument with the handler as Lambda loads it, one after
 * another, and prints what each answered and which packages were loaded until the last was answered.
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
