/**
 * Run as a process of its own: answers a few requests with the built files in its folder, writes V8's code cache of each
 * file that they needed, and prints the names of the code caches by file.
 *
 * A code cache holds the functions that were compiled until then, hence the requests. V8 knows its source by the length
 * alone, so it is named by the hash of its source.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Script } from "node:vm";
import { type Setting, settings } from "@lambda-express-api/kit/config.ts";
import { loadRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import type { LambdaHandler } from "@lambda-express-api/kit/lambda/create-handler.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { loadApi } from "./api-folder.ts";
import { createFileLoader } from "./load-files.ts";

const ISSUER = settings.JWT_ISSUER.example;
const [AUDIENCE] = settings.JWT_AUTHORIZED_AUDIENCES.example.split(",");

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * A caller in no group of the API, as the gateway lets one pass: the signature is not looked at behind it. Endpoints for
 * groups are loaded and refuse it; what a handler does to the outside is not rehearsed.
 */
function signedIn() {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: "caller", iat: now - 60, exp: now + 3600 };
  const token = [base64url({ alg: "RS256", kid: "key" }), base64url({ ...claims, groups: ["-"] }), "AAAA"];
  const flattened = Object.entries(claims).map(([name, value]) => [name, String(value)]);
  return {
    headers: { authorization: `Bearer ${token.join(".")}` },
    authorizer: { jwt: { claims: { ...Object.fromEntries(flattened), groups: "[-]" } } },
  };
}

interface Rehearsed {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly authorizer?: object;
}

/** Calls that do nothing but answer: they show the API, or they are refused before a handler runs. */
function rehearsalOf(routes: readonly Route[]): {
  everyday: readonly Rehearsed[];
  others: readonly Rehearsed[];
} {
  const call = ({ method, path }: Route): Rehearsed => ({
    method: method === "ANY" ? "GET" : method,
    path: path.replaceAll(/\{\w+\+?\}/g, "x"),
  });
  const guarded = routes.filter(({ access }) => access.type === "authenticated");
  const forGroups = guarded.filter(
    ({ access }) => access.type === "authenticated" && access.groups.length > 0,
  );
  return {
    // What the first file is for. More functions in its code cache would cost each start.
    everyday: [
      ...routes.filter(({ role }) => role === "health").map(call),
      ...forGroups.slice(0, 1).map((route) => ({ ...call(route), ...signedIn() })),
    ],
    others: [
      ...guarded.map(call),
      { path: "/rehearsal/nowhere" },
      ...routes
        .filter(({ role, access }) => role === "docs" && access.type === "public")
        .map((route) => ({
          ...call(route),
          headers: { "accept-encoding": "br" },
        })),
      // Without a body it is refused by its schema.
      ...routes.filter(({ role }) => role === "token").map(call),
    ],
  };
}

function eventOf({ path, method = "GET", headers = {}, body = "", authorizer }: Rehearsed) {
  const domainName = "rehearsal.execute-api.eu-west-1.amazonaws.com";
  const http = {
    method,
    path: `/mvp${path}`,
    protocol: "HTTP/1.1",
    sourceIp: "203.0.113.7",
    userAgent: "none",
  };
  return {
    version: "2.0",
    rawPath: `/mvp${path}`,
    rawQueryString: "",
    headers: { host: domainName, "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", ...headers },
    requestContext: {
      domainName,
      http,
      requestId: "rehearsal-1",
      stage: "mvp",
      ...(authorizer && { authorizer }),
    },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}

const [appFile = "", apiModule = "", makesCodeCaches] = process.argv.slice(2);
const api = await loadApi({ apiModule });
const { everyday, others } = rehearsalOf(await loadRoutes(api));
for (const [name, setting] of Object.entries<Setting<unknown>>({ ...settings, ...api.settings })) {
  if (setting.default === undefined && !setting.optional) process.env[name] = setting.example;
}
Object.assign(process.env, {
  RUNTIME: "LAMBDA",
  FIREBASE_APP_API_KEY: settings.FIREBASE_APP_API_KEY.example,
  FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
});

const scripts = new Map<string, Script>();
const load = createFileLoader(appFile, {
  folder: ".",
  codeCaches: {},
  onRun: (file, script) => scripts.set(file, script),
});
const { handler } = load(appFile) as { handler: LambdaHandler };
const codeCaches = new Map<string, string>();
for (const requests of [everyday, others]) {
  for (const request of requests) {
    const result = await handler(eventOf(request), {
      awsRequestId: "rehearsal",
      invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:rehearsal",
      getRemainingTimeInMillis: () => 29_000,
    });
    if ("statusCode" in result && result.statusCode === 500) {
      throw new Error(`${request.method ?? "GET"} ${request.path} answered 500: the log above says why`);
    }
  }
  if (makesCodeCaches !== "true") continue;
  for (const [file, script] of scripts) {
    if (!codeCaches.has(file)) codeCaches.set(file, writeCodeCache(file, script));
  }
}
process.stdout.write(`\n${JSON.stringify(Object.fromEntries(codeCaches))}\n`);

function writeCodeCache(file: string, script: Script): string {
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
  const codeCache = `${file}-${hash.slice(0, 16)}.cache`;
  writeFileSync(codeCache, script.createCachedData());
  return codeCache;
}
