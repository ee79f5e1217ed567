// A stand-in for the API with fixed answers to the demo, correct or wrong.

import type { IncomingMessage, RequestListener } from "node:http";
import { Readable } from "node:stream";

export type Answers = Record<string, { status: number; body: object }>;

const refused = (reason: string) => ({
  error: { code: "002401", title: "Unauthorized", message: "Access unauthorized", reason },
  message: reason,
});
const token = (email: string) => ({
  kind: "identitytoolkit#VerifyPasswordResponse",
  localId: `id-of-${email}`,
  email,
  registered: true,
  refreshToken: `refresh-${email}`,
  expiresIn: "3600",
  access_token: `token-of-${email}`,
  token_type: "bearer",
});
const endpoint = (path: string) => ({ path, name: path, method: "GET", access: "public", summary: path });

/** Keyed by method and path, the caller who signs in or whose token is sent, and the JSON body. */
export const rightAnswers: Answers = {
  "GET /v1/health": { status: 200, body: { status: "up" } },
  "POST /v1/auth/token for does.not.exist@example.com": {
    status: 401,
    body: refused("The credentials were refused"),
  },
  "POST /v1/auth/token for user@example.com": { status: 200, body: token("user@example.com") },
  "POST /v1/auth/token for admin@example.com": { status: 200, body: token("admin@example.com") },
  "GET /v1/me": { status: 401, body: { message: "Unauthorized" } },
  "GET /v1/me for user@example.com": {
    status: 200,
    body: { subject: "id", groups: ["USERS"], scopes: [], claims: { sub: "id" } },
  },
  "GET /v1/admin/endpoints for user@example.com": {
    status: 403,
    body: refused("Only members of ADMINS may call this endpoint"),
  },
  "GET /v1/admin/endpoints for admin@example.com": {
    status: 200,
    body: { endpoints: [endpoint("/v1/health"), endpoint("/v1/me")] },
  },
};

export function answerByHeart(answers: Answers): RequestListener {
  return async (request, response) => {
    const caller =
      (await readUsername(request)) ?? request.headers.authorization?.replace("Bearer token-of-", "");
    const call = `${request.method} ${request.url}`;
    const json = request.headers["content-type"] === "application/json" ? await readText(request) : undefined;
    const name =
      (caller === undefined ? call : `${call} for ${caller}`) + (json === undefined ? "" : ` with ${json}`);
    const { status, body } = answers[name] ?? { status: 404, body: { message: `No answer to ${name}` } };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  return (await request.toArray()).join("");
}

async function readUsername(request: IncomingMessage): Promise<string | undefined> {
  const contentType = request.headers["content-type"];
  if (!contentType?.startsWith("multipart/form-data")) return undefined;
  const body = await new Response(Readable.toWeb(request) as ReadableStream, {
    headers: { "content-type": contentType },
  }).formData();
  return String(body.get("username"));
}
