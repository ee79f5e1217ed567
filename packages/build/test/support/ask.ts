/**
 * Run in a separate process: requests paths of an API, and prints each answer on standard error. Arguments:
 * `handler` or `server`; the module of the function or of the server; the paths.
 */
import { lambdaContext, payloadEvent } from "@lambda-express-api/kit/testing/payload-event.ts";

const [kind, entry = "", ...paths] = process.argv.slice(2);
const answers = kind === "server" ? await askServer() : await askHandler();
process.stderr.write(`\n${JSON.stringify(answers)}\n`);
process.exit();

function answered(path: string, status: number, body: unknown): unknown {
  if (status === 200) return body;
  throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`);
}

async function askHandler(): Promise<Record<string, unknown>> {
  const { handler } = await import(entry);
  const bodies: Record<string, unknown> = {};
  for (const path of paths) {
    const { statusCode, body } = await handler(payloadEvent({ method: "GET", path }), lambdaContext());
    bodies[path] = answered(path, statusCode, JSON.parse(body));
  }
  return bodies;
}

/** The server logs its address. */
async function askServer(): Promise<Record<string, unknown>> {
  const write = process.stdout.write.bind(process.stdout);
  const listening = new Promise<string>((resolve) => {
    process.stdout.write = (line: string | Uint8Array) => {
      const { message, url } = JSON.parse(String(line));
      if (message === "listening") resolve(url);
      return write(line);
    };
  });
  await import(entry);
  const url = await listening;
  const bodies: Record<string, unknown> = {};
  for (const path of paths) {
    const response = await fetch(new URL(path, url));
    bodies[path] = answered(path, response.status, await response.json());
  }
  return bodies;
}
