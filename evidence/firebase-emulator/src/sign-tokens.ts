import { type IncomingMessage, type RequestListener, request as startRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import type { SigningKey } from "../../../packages/local/src/identity/signing-key.ts";

export const JWKS_PATH = "/.well-known/jwks.json";

/** The fields of Identity Toolkit's and Secure Token's answers that hold a token. */
const TOKEN_FIELDS = ["idToken", "id_token", "access_token"];

/** Returns a proxy to the emulator that signs the tokens in its answers with this key, and serves the public half. */
export function signTokens(emulatorUrl: string, { keySet, sign }: SigningKey): RequestListener {
  return async (request, response) => {
    if (request.url === JWKS_PATH) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(keySet));
      return;
    }
    try {
      const answer = await forward(request, emulatorUrl);
      const body = await buffer(answer);
      const signed = isJson(answer) ? Buffer.from(await signBody(body.toString())) : body;
      const { "transfer-encoding": _, ...headers } = answer.headers;
      response
        .writeHead(answer.statusCode ?? 502, { ...headers, "content-length": signed.length })
        .end(signed);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  };

  async function signBody(text: string): Promise<string> {
    if (!TOKEN_FIELDS.some((name) => text.includes(`"${name}"`))) return text;
    const answer: Record<string, unknown> = JSON.parse(text);
    for (const name of TOKEN_FIELDS) {
      const token = answer[name];
      if (typeof token === "string") answer[name] = await sign(claimsOf(token));
    }
    return JSON.stringify(answer);
  }
}

function forward(request: IncomingMessage, emulatorUrl: string): Promise<IncomingMessage> {
  const { method, headers, url } = request;
  return new Promise((resolve, reject) => {
    const outgoing = startRequest(`${emulatorUrl}${url}`, { method, headers });
    outgoing.once("response", resolve).once("error", reject);
    request.pipe(outgoing);
  });
}

function isJson({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.startsWith("application/json") ?? false;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
