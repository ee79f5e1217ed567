/** The ways to run an API in a test, each as a function from a request to a response. */
import { spawn } from "node:child_process";
import type { Server } from "node:http";
import { createInterface } from "node:readline";
import supertest from "supertest";
import type { Api } from "../api.ts";
import { loadConfig } from "../config.ts";
import { startServer } from "../container/server.ts";
import { createHandler } from "../lambda/create-handler.ts";
import type { HttpResult } from "../lambda/event-adapter.ts";
import { createLog } from "../log.ts";
import { gatewayVerdict } from "./gateway-verdict.ts";
import { type EventOptions, lambdaContext, payloadEvent, type RequestToSend } from "./payload-event.ts";
import { testApp } from "./test-app.ts";
import { type Environment, testEnvironment } from "./test-environment.ts";
import type { TrustedIssuer } from "./test-issuer.ts";

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** A response that differs from the other targets'. */
export interface KnownDifference {
  readonly why: string;
  readonly status: number;
  readonly body: RegExp;
}

/** A running API. */
export interface Target {
  readonly name: string;
  /** The public path of the API's root on this target. */
  readonly basePath: string;
  /** The root's URL, if the target listens. */
  readonly baseUrl?: string;
  /** Whether it runs the Lambda handler, which leaves out container-only endpoints. */
  readonly isLambda?: true;
  /** Whether an API Gateway, real or local, answers some requests itself. */
  readonly isBehindGateway?: true;
  /** Whether it passes each line of its log to `write`. */
  readonly showsLog?: true;
  /** Whether requests of AWS callers (`awsCaller`) reach endpoints that are for them. */
  readonly hasAwsCallers?: true;
  /** Parity cases, by title, whose response is known to differ on this target. */
  readonly differences?: Readonly<Record<string, KnownDifference>>;
  request(request: RequestToSend): Promise<Answer>;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly api: Api;
  readonly issuer: TrustedIssuer;
  readonly environment?: Environment | undefined;
  /** Replacements for the API's services. */
  readonly services?: Readonly<Record<string, unknown>> | undefined;
  /** Receives each log line. */
  readonly write?: ((line: string) => void) | undefined;
}

export type StartTarget = (options: TargetOptions) => Target | Promise<Target>;

/**
 * Starts all targets. If one of them cannot start, the others are closed: an open server would keep the tests
 * running.
 */
export async function startTargets(
  starts: readonly StartTarget[],
  options: TargetOptions,
): Promise<readonly Target[]> {
  const results = await Promise.allSettled(starts.map(async (start) => start(options)));
  const targets = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (!failure) return targets;
  await Promise.all(targets.map((target) => target.close()));
  throw failure.reason;
}

/** The Express app of the container, by supertest. */
export const appTarget: StartTarget = ({ api, write = () => {}, ...options }) => {
  const server = testApp(api, { ...options, write }).listen(0, "127.0.0.1");
  return {
    name: "the Express app by supertest",
    basePath: "",
    showsLog: true,
    request: (request) => requestBySupertest(server, request),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** Other clients ask for compression by default; the bare handler's caller does not. */
const UNCOMPRESSED = { "accept-encoding": "identity" };

/** Sends a request to a listening server, or to a base URL, and returns the response as bytes. */
export async function requestBySupertest(
  server: Server | string,
  { method, path, headers = {}, body }: RequestToSend,
): Promise<Answer> {
  const test = supertest(server)
    [method.toLowerCase() as "get"](path)
    .set({ ...UNCOMPRESSED, ...headers })
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

export interface HandlerTargetOptions {
  /** How the gateway makes the event. */
  readonly event?: EventOptions;
  /** A stub of the gateway's JWT authorizer. Default: one that verifies as the gateway does. */
  readonly verdict?: typeof gatewayVerdict;
  /** Default: the kit's own. */
  readonly adapter?: NonNullable<Parameters<typeof createHandler>[1]>["adapter"];
  readonly name?: string;
  readonly differences?: Target["differences"];
}

/** The bare Lambda handler, with events as the gateway makes them (with a stub for the authorizer). */
export function handlerTargetWith({
  event: eventOptions = {},
  verdict = gatewayVerdict,
  adapter,
  name = "the bare Lambda handler",
  differences,
}: HandlerTargetOptions): StartTarget {
  return ({ api, issuer, environment, services = {}, write = () => {} }) => {
    const { stage = "mvp" } = eventOptions;
    const overrides = { AWS_API_GW_STAGE_NAME: stage, ...environment, RUNTIME: "LAMBDA" };
    const handler = createHandler(api, {
      environment: testEnvironment(api, issuer, overrides),
      log: createLog(write),
      services,
      ...(adapter && { adapter }),
    });
    return {
      name: `${name}, stage ${stage}`,
      isLambda: true,
      basePath: stage === "$default" ? "" : `/${stage}`,
      showsLog: true,
      hasAwsCallers: true,
      ...(differences && { differences }),
      async request(request) {
        const authorization = Object.entries(request.headers ?? {}).find(([name]) =>
          /^authorization$/i.test(name),
        )?.[1];
        const { awsCaller: userArn } = request;
        const authorizer = userArn ? { iam: { userArn } } : await verdict(authorization, issuer);
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
  };
}

/** The bare Lambda handler behind the stage `mvp` of the gateway's default endpoint. */
export const handlerTarget = handlerTargetWith({});

/** The container's server on a free port, in this process. */
export const serverTarget: StartTarget = async ({
  api,
  issuer,
  environment,
  services = {},
  write = () => {},
}) => {
  const config = loadConfig(testEnvironment(api, issuer, environment), { settings: api.settings });
  const server = await startServer(api, { config, log: createLog(write), write, services });
  return {
    name: "the container's server",
    basePath: "",
    baseUrl: server.url,
    showsLog: true,
    request: (request) => requestByFetch(server.url, request),
    close: async () => void (await server.stop(0)),
  };
};

/**
 * The entry of the container as a separate process, or any command that starts it with the same environment.
 */
export function processTarget(
  entry: string,
  {
    name = "the server process",
    spawnServer = (env: Environment) =>
      spawn(process.execPath, [entry], { env: { ...env }, stdio: ["ignore", "pipe", "inherit"] }),
  } = {},
): StartTarget {
  return async ({ api, issuer, environment }) => {
    const child = spawnServer(testEnvironment(api, issuer, environment));
    const url = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) =>
        reject(new Error(`The server ended with code ${code} before it listened`)),
      );
      createInterface(child.stdout).on("line", (line) => {
        // The API may write other lines than JSON.
        if (line.includes('"message":"listening"')) resolve(JSON.parse(line).url);
      });
    });
    return {
      name,
      basePath: "",
      request: (request) => requestByFetch(url, request),
      close: () =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once("exit", () => resolve());
          child.kill("SIGTERM");
        }),
    };
  };
}

async function requestByFetch(
  url: string,
  { method, path, headers = {}, body }: RequestToSend,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...UNCOMPRESSED, ...headers },
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
}
