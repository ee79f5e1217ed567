/**
 * Run in a separate process: does what each row says, and prints the results on standard error, as JSON.
 * Arguments: `handler` or `server`; the module of the function or of the server; the names of the rows.
 */
import { lambdaContext, payloadEvent } from "@lambda-express-api/kit/testing/payload-event.ts";

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

export const FORMS = ["/static", "/on-demand"] as const;

const headers = { "content-type": "application/json" };

if (import.meta.main) {
  const [kind, entry = "", ...names] = process.argv.slice(2);
  const send = kind === "server" ? await startServer(entry) : await loadHandler(entry);
  const outcomes: Record<string, Outcome> = {};
  for (const path of FORMS) {
    for (const name of names) outcomes[`${name} ${path}`] = await send(path, JSON.stringify({ name }));
  }
  process.stderr.write(`\n${JSON.stringify(outcomes)}\n`, () => process.exit());
}

type Send = (path: string, body: string) => Promise<Outcome>;

async function loadHandler(entry: string): Promise<Send> {
  const { handler } = await import(entry);
  return async (path, body) => {
    const result = await handler(payloadEvent({ method: "POST", path, headers, body }), lambdaContext());
    return { status: result.statusCode, body: JSON.parse(result.body) };
  };
}

/** The server says in its log where it listens. */
async function startServer(entry: string): Promise<Send> {
  const write = process.stdout.write.bind(process.stdout);
  const listening = new Promise<string>((resolve) => {
    process.stdout.write = (line: string | Uint8Array) => {
      const url = /"message":"listening","url":"([^"]+)"/.exec(String(line))?.[1];
      if (url) resolve(url);
      return write(line);
    };
  });
  await import(entry);
  const url = await listening;
  return async (path, body) => {
    const response = await fetch(new URL(path, url), { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  };
}
