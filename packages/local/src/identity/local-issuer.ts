/**
 * The identity provider of `npm start`: accounts in memory, its own signing key, and the API of Firebase, of Cognito, of Auth0
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
  /** The provider whose requests it answers and whose tokens it issues. Default: Firebase. */
  readonly provider?: IdentityProviderName | undefined;
  /** Default: loopback. */
  host?: string | undefined;
  /** 0 for any free port. */
  port?: number | undefined;
  /** The audience of Firebase's tokens, and the last part of their issuer. */
  projectId?: string | undefined;
  /** Default: the provider's own claim. */
  groupsClaim?: string | undefined;
  /** The Cognito token that the API accepts. Default: the access token. */
  tokenUse?: "access" | "id" | undefined;
  emailEnumerationProtection?: boolean | undefined;
}

export interface LocalIssuer extends LocalIdentity {
  readonly accounts: Accounts;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const JWKS_PATH = "/.well-known/jwks.json";

/**
 * Starts an identity provider with these callers. Several in one process are independent.
 *
 * As Firebase or Cognito, its tokens name the real provider's kind of issuer, not this address. So does its discovery
 * document.
 *
 * @throws if the port is taken or the host is not an address of this machine.
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
  // Generated while everything else starts; the first request waits for it.
  const key = createSigningKey();
  const accounts = createAccounts(callers);
  let dress: Dress;

  async function answer(request: IncomingMessage): Promise<ProviderAnswer> {
    const { method = "", url = "", headers } = request;
    const [path = "", query = ""] = url.split("?", 2);
    if (method === "GET" && path === JWKS_PATH) return { status: 200, body: (await key).keySet };
    if (method === "OPTIONS") return { status: 204, body: "" };
    // A user pool's discovery document is below the pool's id.
    if (method === "GET" && path.endsWith("/.well-known/openid-configuration")) {
      // The address as the caller knows it: between containers it differs from the listening address.
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
        // An aborted request gets no answer; any other error is a bug here.
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

/** The fields that OpenID Connect Discovery 1.0 requires and the provider's own document has. */
function discoveryDocument({ issuer, discovery }: Dress, jwksUri: string) {
  return {
    issuer,
    jwks_uri: jwksUri,
    ...discovery,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

/** `undefined` for a body above the limit, which is still read to the end. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return length > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks).toString();
}

/** Allows pages of any origin, as the providers do: a page sends no cookie, and needs a code or a password. */
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
