// A function that does what each event asks for.

import { writeSync } from "node:fs";
import { resourceLimits } from "node:worker_threads";

let events = 0;
const instance = crypto.randomUUID();

interface ProbeEvent {
  do?: string;
  bytes?: number;
  /** A URL that answers when the event may end. */
  until?: string;
  /** Behind a gateway the query says what to do. */
  queryStringParameters?: { do?: string; until?: string };
  headers?: Record<string, string>;
}

interface ProbeContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export async function handler(event: ProbeEvent, context: ProbeContext): Promise<unknown> {
  events += 1;
  switch (event.do ?? event.queryStringParameters?.do) {
    case "environment":
      return process.env;
    case "throw":
      throw new TypeError("asked to throw");
    case "exit":
      return process.exit(3);
    case "hang":
      return new Promise(() => {});
    case "crash":
      setImmediate(() => {
        throw new Error("asked to crash");
      });
      return new Promise(() => {});
    case "crash afterwards":
      setTimeout(() => {
        throw new Error("asked to crash afterwards");
      });
      return null;
    case "reject later":
      void Promise.reject(new Error("asked to reject"));
      return new Promise(() => {});
    case "log":
      console.log("one\ntwo", { three: 3 });
      console.error("bad");
      await new Promise<void>((resolve) => process.stdout.write("raw\n", () => resolve()));
      return null;
    case "write":
      writeSync(1, "by descriptor\n");
      writeSync(2, Buffer.from("a part of it"), 2, 4);
      return null;
    case "limits":
      return resourceLimits;
    case "big":
      return "x".repeat(event.bytes ?? 0);
    case "context":
      return { ...context, remaining: context.getRemainingTimeInMillis() };
    case "echo":
      return {
        statusCode: 200,
        headers: { "x-caller": event.headers?.["x-caller"], "x-instance": instance },
        cookies: [`caller=${event.headers?.["x-caller"]}`],
        body: JSON.stringify(event),
      };
    case "wait":
      await fetch(event.until ?? event.queryStringParameters?.until ?? "");
      return { instance, events };
    default:
      return { instance, events };
  }
}

// Loads correctly and crashes at once.
if (process.env.FALL_OVER) setImmediate(() => process.exit(4));

export const notAFunction = 7;
