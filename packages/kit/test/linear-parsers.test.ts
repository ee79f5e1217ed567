import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import * as z from "zod";
import { createPrincipals } from "../src/auth/principal.ts";
import { bearerToken, decodeToken } from "../src/auth/token-rules.ts";
import { createEventAdapter } from "../src/lambda/event-adapter.ts";
import { parseQuery } from "../src/request/fields.ts";
import { preferences } from "../src/request/preferences.ts";
import { clientRequestIdOf, TraceContext } from "../src/request/request-ids.ts";
import { requestOrigin } from "../src/request/request-origin.ts";
import { decodePath, encodePath, stripStage } from "../src/request/request-path.ts";
import type { MediaType } from "../src/route/media-types.ts";
import { createBodyReader, parseBody } from "../src/route/read-body.ts";
import { parseRequest } from "../src/route/validate.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";

type Parser = (length: number) => (() => unknown) | (() => Promise<unknown>);

const fill = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length));

/** The cost of an input that a parser refuses counts too. */
async function attempt(parse: () => unknown): Promise<void> {
  try {
    await parse();
  } catch {}
}

/**
 * CPU time of this process in microseconds: the minimum of several runs, because other work only adds to it.
 */
async function cost(parse: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 9 && least > 0; run++) {
    const before = process.cpuUsage();
    await attempt(parse);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
    // Slow enough to stop here.
    if (least > 200_000) break;
  }
  return least;
}

/** Four times the input may cost four times as much. Quadratic work costs sixteen times as much. */
async function assertLinear(parser: Parser, length: number): Promise<void> {
  const small = await cost(parser(length));
  const large = await cost(parser(4 * length));
  // Plus a millisecond for garbage collection and for very cheap inputs.
  assert.ok(large < 9 * small + 1000, `${length}: ${small} µs, ${4 * length}: ${large} µs`);
}

function read(type: MediaType, contentType: string, body: string): () => Promise<unknown> {
  const bytes = Buffer.from(body, "latin1");
  return async () => {
    const request = new IncomingMessage(new Socket());
    request.headers = { "content-type": contentType, "content-length": String(bytes.length) };
    request.push(bytes);
    request.push(null);
    request.complete = true;
    return parseBody(
      await createBodyReader([type], 64 * 1024 * 1024)(request),
      request.headers["content-type"],
    );
  };
}

const form = (piece: string): Parser => {
  const type = "application/x-www-form-urlencoded";
  return (length) => read(type, type, fill(piece, length));
};
const json =
  (open: string, piece: string, close: string): Parser =>
  (length) =>
    read("application/json", "application/json", open + fill(piece, length) + close);
const multipart =
  (head: string, piece: string, tail: string): Parser =>
  (length) =>
    read("multipart/form-data", "multipart/form-data; boundary=cut", head + fill(piece, length) + tail);
const contentType =
  (piece: string): Parser =>
  (length) =>
    read("application/json", `application/json${fill(piece, length)}`, "{}");

const PART = '--cut\r\ncontent-disposition: form-data; name="a"\r\n';
const FILE = '--cut\r\ncontent-disposition: form-data; name="a"; filename="b"\r\n';
const END = "\r\n--cut--\r\n";
const segment = (text: string) => Buffer.from(text).toString("base64url");
const token = (payload: string) =>
  `${segment('{"alg":"RS256","kid":"a"}')}.${segment(payload)}.${"a".repeat(340)}`;

const event = createEventAdapter((request, response) => {
  request.resume();
  response.end();
});
const eventOf = (headers: Record<string, string>, path = "/") => {
  const payload = payloadEvent({ method: "POST", path, headers });
  return () => event(payload, lambdaContext());
};

/** Four times as much is the limit for request line and headers together. */
const HEADER = 2560;
const BODY = 16 * 1024;

const anyBody = z.object({ list: z.array(z.number()) });
const PARTS = { params: {}, query: {}, headers: {}, cookies: {}, body: {} };

/** Inputs that a client may send, as long as their place allows; bodies are as long as an endpoint allows. */
const parsers: Readonly<Record<string, readonly [Parser, number?]>> = {
  "a form of one repeated field": [form("a&")],
  "a form of different fields": [
    (length) => {
      const type = "application/x-www-form-urlencoded";
      return read(type, type, Array.from({ length: length / 6 }, (_, index) => index).join("&"));
    },
  ],
  "a form of separators": [form("&")],
  "a form of escapes": [form("%61")],
  "a form of broken escapes": [form("%")],
  "a form of plus signs": [form("+")],
  "a multipart form of one repeated field": [multipart("", `${PART}\r\n\r\n`, END)],
  "a multipart form of files": [multipart("", `${FILE}\r\n\r\n`, END)],
  "a multipart form of near boundaries": [multipart(`${PART}\r\n`, "\r\n--cu", END)],
  "a multipart form of line ends": [multipart(`${PART}\r\n`, "\r\n", END)],
  "a multipart form of headers": [multipart(PART, "a: b\r\n", `\r\n${END}`)],
  "a multipart form of one long header": [multipart(`${PART}a: `, " ", `b\r\n\r\n${END}`)],
  "a multipart form of parameters": [multipart(PART.trimEnd(), '; a="b"', `\r\n\r\n${END}`)],
  "a multipart form of escapes in a name": [multipart(PART.slice(0, -3), "%22", `"\r\n\r\n${END}`)],
  "a multipart form without its end": [multipart("", `${PART}\r\n\r\n`, "")],
  "a multipart form with a long preamble": [multipart("", "\r\n", END)],
  "lines of JSON": [(length) => read("application/jsonl", "application/jsonl", fill("1\n", length))],
  "empty lines of JSON": [(length) => read("application/jsonl", "application/jsonl", fill("\n", length))],
  "JSON of arrays in arrays": [json("", "[", "")],
  "JSON of objects in objects": [json("", '{"a":', "")],
  "JSON of arrays in arrays that end": [
    (length) => {
      const text = "[".repeat(length / 2) + "]".repeat(length / 2);
      return read("application/json", "application/json", text);
    },
  ],
  "JSON of many arrays": [json("[", "[],", "1]")],
  "JSON of one repeated name": [json("{", '"a":1,', '"b":2}')],
  "JSON of different names": [
    (length) => {
      const entries = Array.from({ length: length / 10 }, (_, index) => [`a${index}`, 1]);
      const text = JSON.stringify(Object.fromEntries(entries));
      return read("application/json", "application/json", text);
    },
  ],
  "JSON of escapes": [json('"', "\\u0061", '"')],
  "JSON of a number": [json("", "1", "")],
  "JSON of spaces": [json("", " ", "1")],
  "JSON that ends too early": [json("[", "1,", "")],
  "faults in a long list": [
    (length) => () =>
      parseRequest({ body: anyBody }, { ...PARTS, body: { list: Array(length / 4).fill("x") } }),
  ],
  "unknown fields of a strict object": [
    (length) => {
      const body = Object.fromEntries(Array.from({ length: length / 10 }, (_, index) => [`a${index}`, 1]));
      return () => parseRequest({ body: z.strictObject({}) }, { ...PARTS, body });
    },
  ],
  "a content type of parameters": [contentType(";charset"), HEADER],
  "a content type of spaces": [contentType("; "), HEADER],
  "a content type of many spaces": [(length) => contentType(" ")(length), HEADER],
  "a query of one repeated field": [(length) => () => parseQuery(fill("a&", length)), HEADER],
  "a query of separators": [(length) => () => parseQuery(fill("&", length)), HEADER],
  "a query of broken escapes": [(length) => () => parseQuery(fill("%", length)), HEADER],
  "a path of slashes": [(length) => () => encodePath(decodePath(fill("/", length))), HEADER],
  "a path of escapes": [(length) => () => encodePath(decodePath(fill("%2f", length))), HEADER],
  "a path of broken escapes": [(length) => () => encodePath(decodePath(fill("%ff", length))), HEADER],
  "a path of illegal characters": [(length) => () => encodePath(decodePath(fill('"', length))), HEADER],
  "a path of stages": [(length) => () => stripStage(fill("/mvp", length), "mvp"), HEADER],
  "an accept header of commas": [(length) => () => preferences(fill(",", length)), HEADER],
  "an accept header of semicolons": [(length) => () => preferences(fill(";", length)), HEADER],
  "an accept header of spaces": [(length) => () => preferences(fill(" ", length)), HEADER],
  "an accept header of weights": [(length) => () => preferences(fill("a;q=0.1,", length)), HEADER],
  "an accept header of a long weight": [(length) => () => preferences(`a;q=0.${fill("1", length)}x`), HEADER],
  "a long request id": [
    (length) => () => clientRequestIdOf({ "x-request-id": `${fill("a", length)} ` }),
    HEADER,
  ],
  "a long trace id": [
    (length) => () => new TraceContext({ "x-amzn-trace-id": fill("Root=1-;", length) }, "b"),
    HEADER,
  ],
  "a long host": [(length) => () => requestOrigin("https", `${fill("a.", length)}:x`), HEADER],
  "an authorization header of spaces": [(length) => () => bearerToken(`bearer ${fill(" ", length)}`), HEADER],
  "an authorization header of equals signs": [
    (length) => () => bearerToken(`bearer a${fill("=", length)}!`),
    HEADER,
  ],
  "a token of dots": [(length) => () => decodeToken(fill(".", length)), 2000],
  "a token of one segment": [(length) => () => decodeToken(fill("a", length)), 2000],
  "a token of groups in groups": [
    (length) => () => decodeToken(token(`{"groups":${"[".repeat(length)}${"]".repeat(length)}}`)),
    500,
  ],
  "a token of groups": [
    (length) => () => decodeToken(token(`{"groups":[${'"a",'.repeat(length / 4)}"a"]}`)),
    1250,
  ],
  "scopes of spaces": [
    (length) => () => createPrincipals("groups")({ sub: "a", scope: fill(" ", length) }),
    HEADER,
  ],
  "an event's cookies": [(length) => eventOf({ cookie: fill("a=b; ", length) }), HEADER],
  "an event's x-forwarded-for": [(length) => eventOf({ "x-forwarded-for": fill("1,", length) }), HEADER],
  "an event's path": [(length) => eventOf({}, `/${fill("%2f", length)}`), HEADER],
};

describe("the work for a client's input grows with its length, and not with the square of it", () => {
  for (const [name, [parser, length = BODY]] of Object.entries(parsers)) {
    it(name, () => assertLinear(parser, length));
  }
});
