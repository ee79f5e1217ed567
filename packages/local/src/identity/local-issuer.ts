/**
 * The identity provider of `npm start`: accounts in memory, a key of its own, and the API of Firebase, of Cognito, of Auth0
 * or of any OpenID Connect provider with a password grant. It is for development: anyone who reaches its port and knows a password can sign in.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalCaller } from "@lambda-express-api/kit";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { createCognito } from "./cognito.ts";
import type { Dress, DressOptions, ProviderAnswer } from "./dress.ts";
import { createFirebase } from "./firebase.ts";
import type { LocalIdentity } from "./local-identity.ts";
import { createSigningKey } from "./signing-key.ts";
import { createAuth0, createOidc } from "./token-endpoint.ts";

export interface LocalIssuerOptions {
  readonly callers: readonly LocalCaller[];
  /** Whose requests it answers, and whose tokens it gives. Firebase by default. */
  readonly provider?: IdentityProviderName | undefined;
  /** Loopback by default. */
  host?: string | undefined;
  /** 0 is any free port. */
  port?: number | undefined;
  /** The audience of Firebase's tokens, and the end of their issuer. */
  projectId?: string | undefined;
  /** Default: as the provider's tokens have it. */
  groupsClaim?: string | undefined;
  /** Which of Cognito's two tokens the API takes. Default: the access token. */
  tokenUse?: "access" | "id" | undefined;
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
 * As Firebase and as Cognito, its tokens name an issuer that is not here. The discovery document says so too, but only at
 * this address.
 *
 * @throws when the port is taken or the host is not an address of this machine.
 */
export async function startLocalIssuer({
  callers,
  provider = "firebase",
  host = "127.0.0.1",
  port = 0,
  projectId = "demo-project",
  groupsClaim,
  tokenUse = "access",
  emailEnumerationProtection = false,
}: LocalIssuerOptions): Promise<LocalIssuer> {
  // Made while everything else starts; the first request waits for the rest of it.
  const key = createSigningKey();
  const accounts = createAccounts(callers);
  let dress: Dress;

  async function answer(request: IncomingMessage): Promise<ProviderAnswer> {
    const { method = "", url = "", headers } = request;
    const [path = "", query = ""] = url.split("?", 2);
    if (method === "GET" && path === JWKS_PATH) return { status: 200, body: (await key).keySet };
    if (method === "OPTIONS") return { status: 204, body: "" };
    // A user pool's document is below the pool's name.
    if (method === "GET" && path.endsWith("/.well-known/openid-configuration")) {
      // By the name that the caller knows it by: in a network of containers that is not the address it listens on.
      return { status: 200, body: discoveryDocument(dress, `http://${headers.host}${JWKS_PATH}`) };
    }
    const body = await readBody(request);
    if (body === undefined) return dress.tooLarge(BODY_LIMIT_BYTES);
    return dress.answer({ method, path, query: new URLSearchParams(query), headers, body });
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (provided) => send(response, provided),
      (error) => {
        // A caller that went away while it was sending gets no answer; anything else is a fault of this file.
        if (request.complete) console.error(error);
        const body = { error: { code: 500, message: "INTERNAL", status: "INTERNAL" } };
        send(response, { status: 500, body });
      },
    );
  });
  server.listen(port, host);
  await once(server, "listening");

  const hostname = host.includes(":") ? `[${host}]` : host;
  const url = `http://${hostname}:${(server.address() as AddressInfo).port}`;
  const jwksUri = `${url}${JWKS_PATH}`;
  const sign: DressOptions["sign"] = async (claims) => (await key).sign(claims);
  const options = { accounts, url, jwksUri, groupsClaim, emailEnumerationProtection, sign };
  dress = {
    firebase: () => createFirebase({ ...options, projectId }),
    cognito: () => createCognito({ ...options, tokenUse }),
    auth0: () => createAuth0(options),
    oidc: () => createOidc(options),
  }[provider]();
  const { name, issuer, audience, environment, signInRequest } = dress;
  return {
    name,
    url,
    issuer,
    audience,
    jwksUri,
    groupsClaim: dress.groupsClaim,
    environment,
    signInRequest,
    accounts,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What OpenID Connect Discovery 1.0 requires, as far as the provider's own document says it. */
function discoveryDocument({ issuer, discovery }: Dress, jwksUri: string) {
  return {
    issuer,
    jwks_uri: jwksUri,
    ...discovery,
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

/** Pages of any origin may ask, as at the providers: they bring no cookie, and get what they have a code or a password for. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, x-amz-target, x-requested-with",
};

function send(response: ServerResponse, { status, body, headers }: ProviderAnswer): void {
  response
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...CORS,
      ...headers,
    })
    .end(typeof body === "string" ? body : JSON.stringify(body));
}
