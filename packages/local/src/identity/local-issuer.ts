/**
 * The identity provider of `npm start`: accounts in memory, a key of its own, and the REST APIs of Firebase. It is for
 * development: anyone who reaches its port and knows a password can sign in.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalCaller } from "@lambda-express-api/kit";
import { type Accounts, createAccounts } from "./accounts.ts";
import {
  createFirebase,
  firebaseIssuer,
  IDENTITY_TOOLKIT_PATH,
  type ProviderAnswer,
  payloadTooLarge,
  SECURE_TOKEN_PATH,
} from "./firebase.ts";
import type { LocalIdentity } from "./local-identity.ts";
import { createSigningKey } from "./signing-key.ts";

export interface LocalIssuerOptions {
  readonly callers: readonly LocalCaller[];
  /** Loopback by default. */
  host?: string | undefined;
  /** 0 is any free port. */
  port?: number | undefined;
  /** The audience of the tokens, and the end of their issuer. */
  projectId?: string | undefined;
  groupsClaim?: string | undefined;
  emailEnumerationProtection?: boolean | undefined;
}

export interface LocalIssuer extends LocalIdentity {
  readonly accounts: Accounts;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const JWKS_PATH = "/.well-known/jwks.json";

/**
 * Starts an identity provider that knows some callers. Several in one process are independent of each other.
 *
 * Its tokens name the issuer of a Firebase project. The discovery document says so too, but only at this address.
 *
 * @throws when the port is taken or the host is not an address of this machine.
 */
export async function startLocalIssuer({
  callers,
  host = "127.0.0.1",
  port = 0,
  projectId = "demo-lambda-express-api",
  groupsClaim = "groups",
  emailEnumerationProtection = false,
}: LocalIssuerOptions): Promise<LocalIssuer> {
  // Made while everything else starts; the first request waits for the rest of it.
  const key = createSigningKey();
  const issuer = firebaseIssuer(projectId);
  const accounts = createAccounts(callers);
  const answerAsFirebase = createFirebase({
    accounts,
    projectId,
    groupsClaim,
    emailEnumerationProtection,
    sign: async (claims) => (await key).sign(claims),
  });

  async function answer(request: IncomingMessage): Promise<ProviderAnswer> {
    const { method = "", url = "", headers } = request;
    const [path = "", query = ""] = url.split("?", 2);
    if (method === "GET" && path === JWKS_PATH) return { status: 200, body: (await key).keySet };
    if (method === "GET" && path === "/.well-known/openid-configuration") {
      // By the name that the caller knows it by: in a network of containers that is not the address it listens on.
      return { status: 200, body: discoveryDocument(issuer, `http://${headers.host}${JWKS_PATH}`) };
    }
    const body = await readBody(request);
    if (body === undefined) return payloadTooLarge(BODY_LIMIT_BYTES);
    return answerAsFirebase({ method, path, query: new URLSearchParams(query), headers, body });
  }

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error) => {
        // A caller that went away while it was sending gets no answer; anything else is a fault of this file.
        if (request.complete) console.error(error);
        send(response, 500, { error: { code: 500, message: "INTERNAL", status: "INTERNAL" } });
      },
    );
  });
  server.listen(port, host);
  await once(server, "listening");

  const hostname = host.includes(":") ? `[${host}]` : host;
  const url = `http://${hostname}:${(server.address() as AddressInfo).port}`;
  return {
    name: "local issuer",
    url,
    issuer,
    audience: projectId,
    jwksUri: `${url}${JWKS_PATH}`,
    groupsClaim,
    identityToolkitBaseUrl: `${url}${IDENTITY_TOOLKIT_PATH}`,
    secureTokenBaseUrl: `${url}${SECURE_TOKEN_PATH}`,
    accounts,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What OpenID Connect Discovery 1.0 requires, as far as Firebase's own document says it. */
function discoveryDocument(issuer: string, jwksUri: string) {
  return {
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

/** `undefined` for a body above the limit, which is read to its end but not kept. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return length > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}
