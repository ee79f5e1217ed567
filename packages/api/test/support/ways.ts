/** The ways to run the API, each as one function from a request to an answer. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Server } from "node:http";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import serverlessHttp from "serverless-http";
import supertest from "supertest";
import type { Route } from "../../src/http/define-route.ts";
import { createLog } from "../../src/log.ts";
import { createHandler } from "../../src/runtime/lambda/create-handler.ts";
import type { HttpResult } from "../../src/runtime/lambda/event-adapter.ts";
import type { ServerlessHttp } from "../../src/runtime/lambda/serverless-http.ts";
import { gatewayVerdict } from "./gateway-verdict.ts";
import { type EventOptions, lambdaContext, payloadEvent, type RequestToSend } from "./payload-event.ts";
import { serverlessHttpDifferences } from "./serverless-http-differences.ts";
import { testApp } from "./test-app.ts";
import { type Environment, testConfig, testEnvironment } from "./test-config.ts";
import type { TrustedIssuer } from "./test-issuer.ts";

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

export interface KnownDifference {
  readonly why: string;
  /** What this way answers. */
  readonly status: number;
  readonly body: RegExp;
}

export interface Way {
  readonly name: string;
  /** Where this way's callers see the API's root. */
  readonly basePath: string;
  /** Whether an API Gateway, the real one or a local one, answers some requests by itself. */
  readonly isBehindGateway?: true;
  /** Cases, by their titles, that this way is known to answer otherwise. */
  readonly differences?: Readonly<Record<string, KnownDifference>>;
  send(request: RequestToSend): Promise<Answer>;
  close(): Promise<void>;
}

export interface WayOptions {
  readonly issuer: TrustedIssuer;
  readonly environment?: Environment;
  readonly routes?: readonly Route[];
  /** Takes each log line. */
  readonly write?: (line: string) => void;
  /** Of the Lambda handler. Default: our own. */
  readonly adapter?: ServerlessHttp;
  /** Stands in for the gateway's JWT authorizer. Default: one that verifies as the gateway does. */
  readonly verdict?: typeof gatewayVerdict;
}

/** The Express app of the container, by supertest. */
export function appWay({ issuer, ...options }: WayOptions): Way {
  const server = testApp(issuer, options).listen(0, "127.0.0.1");
  return {
    name: "the Express app by supertest",
    basePath: "",
    send: (request) => sendBySupertest(server, request),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Sends a request to a listening server, or to the base URL of one, and takes the answer as bytes. */
export async function sendBySupertest(
  server: Server | string,
  { method, path, headers = {}, body }: RequestToSend,
): Promise<Answer> {
  const test = supertest(server)
    [method.toLowerCase() as "get"](path)
    .set(headers)
    .redirects(0)
    .ok(() => true);
  test.buffer(true).parse((response, done) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
    response.on("end", () => done(null, Buffer.concat(chunks)));
  });
  if (body !== undefined) test.serialize((value) => value).send(body as string);
  const response = await test;
  const { "set-cookie": cookies, ...rest } = response.headers as Record<string, string | string[]>;
  return {
    status: response.status,
    headers: rest as Record<string, string>,
    cookies: (cookies as string[] | undefined) ?? [],
    body: response.body instanceof Buffer ? response.body : Buffer.alloc(0),
  };
}

/** The bare Lambda handler, with events as the gateway makes them (the authorizer's verdict is stood in for). */
export function lambdaWay(
  { issuer, environment, routes, write = () => {}, adapter, verdict = gatewayVerdict }: WayOptions,
  eventOptions: EventOptions = {},
): Way {
  const config = testConfig(issuer, { ...environment, RUNTIME: "LAMBDA" });
  const handler = createHandler({
    config,
    log: createLog(write),
    ...(routes && { routes }),
    ...(adapter && { adapter }),
  });
  const stage = eventOptions.stage ?? "mvp";
  return {
    name: `the bare Lambda handler, stage ${stage}`,
    basePath: stage === "$default" ? "" : `/${stage}`,
    async send(request) {
      const authorization = Object.entries(request.headers ?? {}).find(([name]) =>
        /^authorization$/i.test(name),
      )?.[1];
      const authorizer = await verdict(authorization, issuer);
      const event = payloadEvent(request, { ...eventOptions, ...(authorizer && { authorizer }) });
      const result = (await handler(event, lambdaContext())) as HttpResult;
      return {
        status: result.statusCode,
        headers: result.headers,
        cookies: result.cookies,
        body: Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8"),
      };
    },
    close: async () => {},
  };
}

/** The Lambda handler with serverless-http in the place of our adapter, used as it is. */
export function serverlessHttpWay(options: WayOptions, eventOptions: EventOptions = {}): Way {
  const environment = { ...options.environment, AWS_API_GW_STAGE_NAME: "mvp" };
  return {
    ...lambdaWay({ ...options, environment, adapter: serverlessHttp }, eventOptions),
    name: "the Lambda handler with serverless-http",
    differences: serverlessHttpDifferences,
  };
}

/** How a server is started as a process of its own, with an environment; it says on its stdout that it listens. */
export type SpawnServer = (environment: Environment) => ChildProcessByStdio<null, Readable, null>;

const spawnNode: SpawnServer = (env) =>
  spawn(process.execPath, ["packages/api/src/runtime/container/main.ts"], {
    cwd: new URL("../../../../", import.meta.url),
    env: { ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });

/** The server process, by default started as the container starts it. */
export async function processWay(
  { issuer, environment }: WayOptions,
  { name = "the server process", spawnServer = spawnNode } = {},
): Promise<Way> {
  const child = spawnServer(testEnvironment(issuer, environment));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The server ended with code ${code} before it listened`)));
    createInterface(child.stdout).on("line", (line) => {
      const entry = JSON.parse(line);
      if (entry.message === "listening") resolve(entry.url);
    });
  });
  return {
    name,
    basePath: "",
    async send({ method, path, headers = {}, body }) {
      const response = await fetch(url + path, {
        method,
        headers,
        redirect: "manual",
        ...(body !== undefined && { body: Buffer.from(body) }),
      });
      const { "set-cookie": _, ...rest } = Object.fromEntries(response.headers);
      return {
        status: response.status,
        headers: rest,
        cookies: response.headers.getSetCookie(),
        body: Buffer.from(await response.arrayBuffer()),
      };
    },
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}
