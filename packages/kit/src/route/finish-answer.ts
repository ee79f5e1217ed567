/** What an answer becomes on its way out, as its endpoint and its caller want it. Each step is loaded where it is needed. */
import type { IncomingMessage } from "node:http";
import type { Route, RouteReply } from "./define-route.ts";
import { type Answer, encodeReply, isWhole, type WholeAnswer } from "./reply.ts";

/** Below this an answer is one packet, compressed or not. */
const MIN_COMPRESSED_BYTES = 1_024;
const COMPRESSIBLE =
  /^(text\/|application\/(.+\+)?(json|xml|yaml|javascript|x-ndjson|ndjson|jsonl|graphql)\b|image\/svg\+xml)/i;

/**
 * Makes the answer of a reply: with its cookies and the name of its file, with the route's `cache-control` and entity tag,
 * as 304 where the caller has it, and compressed where that is worth it. A stream has no entity tag and is not compressed.
 *
 * @param basePath where the outside sees the API's root.
 * @throws TypeError for a body that cannot be written as JSON, and for an impossible cookie.
 */
export async function finishAnswer(
  route: Pick<Route, "cacheControl" | "etag">,
  { method, headers: requested }: IncomingMessage,
  reply: RouteReply,
  contentType: string | undefined,
  basePath: string,
): Promise<Answer> {
  let answer = encodeReply(reply, contentType);
  if (reply.cookies) {
    const { writeCookie } = await import("./cookies.ts");
    const written = reply.cookies.map((cookie) => writeCookie(cookie, basePath));
    answer = { ...answer, cookies: [...answer.cookies, ...written] };
  }
  if (reply.file) {
    const { create } = await import("content-disposition");
    const { name, disposition = "attachment" } = reply.file;
    answer = withHeader(answer, "content-disposition", create(name, { type: disposition }));
  }
  if (route.cacheControl && !reply.headers?.["cache-control"])
    answer = withHeader(answer, "cache-control", route.cacheControl);
  if (!isWhole(answer)) return answer;
  const isRead = method === "GET" || method === "HEAD";
  if (route.etag && isRead && answer.status === 200)
    answer = (await import("./not-modified.ts")).revalidate(answer, requested["if-none-match"]);
  if (isWorthCompressing(answer)) {
    answer = withHeader(answer, "vary", alsoVary(answer.headers.vary, "accept-encoding"));
    const { "accept-encoding": accepted } = requested;
    if (accepted !== undefined && accepted !== "identity")
      answer = await (await import("./compress.ts")).compress(answer, String(accepted));
  }
  return answer;
}

function isWorthCompressing({ status, headers, body }: WholeAnswer): boolean {
  if (body === undefined || body.length < MIN_COMPRESSED_BYTES || status === 206) return false;
  if (headers["content-encoding"] !== undefined) return false;
  // RFC 9111, section 5.2.2.6.
  if (headers["cache-control"]?.includes("no-transform")) return false;
  return COMPRESSIBLE.test(headers["content-type"] ?? "");
}

function withHeader<Kind extends Answer>(answer: Kind, name: string, value: string): Kind {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

function alsoVary(names: string | undefined, name: string): string {
  if (names === undefined) return name;
  return names.toLowerCase().includes(name) ? names : `${names}, ${name}`;
}
