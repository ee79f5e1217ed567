// The Firebase Auth emulator, the real one out of firebase-tools, inside this process.
// It mints unsigned tokens; here they leave it signed with RS256, so the API needs no path for unsigned ones.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

export interface IdentityEmulator {
  url: string;
  projectId: string;
  /** What the tokens say: the issuer of a real project of this name, so there is no discovery document. */
  issuer: string;
  audience: string;
  jwksUri: string;
  identityToolkitBaseUrl: string;
  secureTokenBaseUrl: string;
  close(): Promise<void>;
}

/**
 * Starts an emulator without users. Several in one process are independent of each other, apart from the signing
 * key. Refresh tokens are not signed, so anyone who reaches the port can be anyone: keep the host a loopback address.
 */
export async function startIdentityEmulator({
  port = 0,
  host = "127.0.0.1",
  projectId = "demo-lambda-express-api",
} = {}): Promise<IdentityEmulator> {
  const { createApp, jwks } = loadEmulator();
  const answerAsEmulator = await createApp(projectId, REFUSE_OTHER_PROJECTS);

  const server = createServer((request, response) => {
    if (request.url !== "/.well-known/jwks.json") return answerAsEmulator(request, response);
    response.setHeader("content-type", "application/json").end(JSON.stringify(jwks));
  });
  server.listen(port, host);
  await once(server, "listening");

  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    projectId,
    issuer: `https://securetoken.google.com/${projectId}`,
    audience: projectId,
    jwksUri: `${url}/.well-known/jwks.json`,
    identityToolkitBaseUrl: `${url}/identitytoolkit.googleapis.com`,
    secureTokenBaseUrl: `${url}/securetoken.googleapis.com`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

// What follows reaches into firebase-tools, whose version is pinned for that reason.

/** `SingleProjectMode.ERROR` of firebase-tools. */
const REFUSE_OTHER_PROJECTS = 2;

/** Most of the start time is compiling the schemas of the 80 paths of the specification; these are the ones we use. */
const KEPT_PATHS = [
  "/v1/accounts:signInWithPassword",
  "/v1/accounts:lookup",
  "/v1/token",
  "/v1/projects/{targetProjectId}/accounts",
  "/v1/projects/{targetProjectId}/accounts:lookup",
  "/v1/projects/{targetProjectId}/accounts:update",
  "/v1/projects/{targetProjectId}/accounts:delete",
  "/v1/projects/{targetProjectId}/accounts:batchCreate",
  "/v1/projects/{targetProjectId}/accounts:query",
  "/emulator/v1/projects/{targetProjectId}/accounts",
  "/emulator/v1/projects/{targetProjectId}/config",
];

interface ApiSpecModule {
  default: { paths: Record<string, unknown> };
}
interface ServerModule {
  createApp(projectId: string, singleProjectMode: number): Promise<RequestListener>;
}
interface UtilsModule {
  logError(error: Error): void;
}
interface JsonWebTokenModule {
  sign(payload: object, secret: string, options: { algorithm?: string; keyid?: string }): string;
}

let loaded: ReturnType<typeof load> | undefined;

/** The specification and the signing are changed in place, for the whole process: once is enough, twice is wrong. */
function loadEmulator() {
  loaded ??= load();
  return loaded;
}

function load() {
  try {
    const require = createRequire(import.meta.url);
    const apiSpec: ApiSpecModule = require("firebase-tools/lib/emulator/auth/apiSpec");
    const serverPath = require.resolve("firebase-tools/lib/emulator/auth/server");
    const server: ServerModule = require(serverPath);
    const utils: UtilsModule = require("firebase-tools/lib/emulator/auth/utils");
    const jsonWebToken: JsonWebTokenModule = createRequire(serverPath)("jsonwebtoken");

    const reached = [server.createApp, utils.logError, jsonWebToken.sign];
    if (!reached.every((inner) => typeof inner === "function")) throw new Error("a function has moved");
    keepPaths(apiSpec);
    // The answer of status 500 says it too; a stack trace of the emulator in the developer's terminal helps nobody.
    utils.logError = () => undefined;
    return { createApp: server.createApp, jwks: { keys: [signWithRs256(jsonWebToken)] } };
  } catch (cause) {
    throw new Error(
      "The inside of firebase-tools is not what emulator.ts was written for: check its pinned version in packages/local/package.json.",
      { cause },
    );
  }
}

function keepPaths({ default: { paths } }: ApiSpecModule) {
  const missing = KEPT_PATHS.filter((path) => !(path in paths));
  if (missing.length > 0) throw new Error(`the specification lacks ${missing.join(", ")}`);
  for (const path of Object.keys(paths)) {
    if (!KEPT_PATHS.includes(path)) delete paths[path];
  }
}

/** Only the emulator signs with "fake-secret" and no algorithm; every other use of the library stays as it is. */
function signWithRs256(jsonWebToken: JsonWebTokenModule) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const keyid = randomUUID();

  const { sign } = jsonWebToken;
  jsonWebToken.sign = (payload, secret, options, ...rest) =>
    secret === "fake-secret" && options.algorithm === "none"
      ? sign(payload, privatePem, { ...options, algorithm: "RS256", keyid })
      : sign(payload, secret, options, ...rest);

  return { ...publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: keyid };
}
