// The work for a client's or a function's input grows in proportion to it: four times the input costs about
// four times the CPU time. Inputs are larger than the limits allow, and target patterns that look far ahead
// or back.

import { describe, it } from "node:test";
import { compileAccessLogFormat } from "../src/access-log.ts";
import { interpretAnswer } from "../src/answer.ts";
import { createAuthorizer } from "../src/authorizer.ts";
import { isTextBody } from "../src/body-encoding.ts";
import { flattenClaims } from "../src/claims.ts";
import { preflightAnswer, withCorsHeaders } from "../src/cors.ts";
import { createEndpointResolver } from "../src/endpoint.ts";
import { createEvent } from "../src/event.ts";
import type { AnsweredExchange } from "../src/exchange.ts";
import { type HttpRequest, readHead } from "../src/http-request.ts";
import { inspectRequest } from "../src/inspector/inspected-request.ts";
import { maskCookie, maskDeep, maskHeader, maskParameter, maskText } from "../src/inspector/masking.ts";
import { parseJwt } from "../src/jwt.ts";
import { decodePath } from "../src/path.ts";
import { parseQueryString } from "../src/query-string.ts";
import { createRouter } from "../src/router.ts";
import { defaultSwitches } from "../src/switches.ts";
import { Trace } from "../src/trace.ts";
import { assertLinear, type Work } from "./support/cpu-cost.ts";
import { describeApi, openRoutes } from "./support/start-gateway.ts";

const words: Record<string, (n: number) => string> = {
  letters: (n) => "a".repeat(n),
  slashes: (n) => "/".repeat(n),
  segments: (n) => "/a".repeat(n / 2),
  escapes: (n) => "%41".repeat(n / 3),
  "broken escapes": (n) => "%4".repeat(n / 2),
  "escapes that are not UTF-8": (n) => "%ff".repeat(n / 3),
  "escapes that end in one that is not UTF-8": (n) => `${"%c3%a9".repeat(n / 6)}%ff`,
  "percent signs": (n) => "%".repeat(n),
  "spaces and tabs": (n) => " \t".repeat(n / 2),
  "spaces before a letter": (n) => `${" ".repeat(n)}a`,
  "line breaks": (n) => "\r\n".repeat(n / 2),
  ampersands: (n) => "&".repeat(n),
  "many parameters": (n) => list(n / 8, (index) => `p${index}=v`).join("&"),
  "one parameter many times": (n) => "a&".repeat(n / 2),
  "equals signs": (n) => "=".repeat(n),
  semicolons: (n) => ";".repeat(n),
  "many cookies": (n) => "a=b; ".repeat(n / 5),
  commas: (n) => ",".repeat(n),
  colons: (n) => ":1".repeat(n / 2),
  dots: (n) => ".".repeat(n),
  "bearer and spaces": (n) => `Bearer${" ".repeat(n)}`,
  "many bearers": (n) => "Bearer ".repeat(n / 7),
  "starts of tokens": (n) => "-ey".repeat(n / 3),
  "starts of tokens with dots": (n) => "eyJhbGci.".repeat(n / 9),
  "heads of secret parts": (n) => 'name="token"\na\n'.repeat(n / 15),
  "secret parts": (n) => '--x\r\nname="token"\r\n\r\nsecret\r\n\r\n'.repeat(n / 32),
  "secret JSON fields": (n) => '"token":"'.repeat(n / 9),
  "a secret JSON field and spaces": (n) => `"token"${" ".repeat(n)}`,
  "escaped quotation marks": (n) => `"token":"${'\\"'.repeat(n / 2)}`,
  brackets: (n) => "[".repeat(n),
  "form fields without a value": (n) => `?${"a".repeat(99)}`.repeat(n / 100),
};

function list<Item>(length: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: Math.floor(length) }, (_, index) => item(index));
}

function requestWith(overrides: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "GET",
    path: "/",
    rawQueryString: "",
    headers: new Map([["host", "localhost"]]),
    domainName: "localhost",
    body: Buffer.alloc(0),
    isBodyTooLarge: false,
    sourceIp: "127.0.0.1",
    localPort: 3000,
    ...overrides,
  };
}

function eventOf(request: HttpRequest) {
  return createEvent(
    {
      request,
      accountId: "1",
      apiId: "2",
      stage: "$default",
      stageVariables: {},
      routeKey: "$default",
      eventPath: request.path,
      pathParameters: undefined,
      authorizer: undefined,
      requestId: "3",
      amazonTraceId: "Root=1-00000000-000000000000000000000000",
      timeEpoch: 0,
    },
    defaultSwitches,
  );
}

function exchangeWith(request: HttpRequest, header: string, body: string): AnsweredExchange {
  return {
    requestId: "1",
    receivedAt: 0,
    request,
    trace: new Trace(request.headers, 0),
    event: eventOf(request),
    answer: { statusCode: 200, headers: [["x-probe", header]], body: Buffer.from(body) },
    durationMilliseconds: 1,
  };
}

const router = createRouter(
  openRoutes("GET /", "GET /a/{b}", "ANY /a/{proxy+}", "ANY /{proxy+}", "$default"),
  "ignored",
);
const description = describeApi({
  stages: [{ stageName: "mvp" }, { stageName: "$default" }],
  apiMappings: [{ domainName: "api.example.com", apiMappingKey: "a/a", stage: "mvp" }],
});
const resolveEndpoint = createEndpointResolver([{ description }], defaultSwitches);
const authorize = createAuthorizer({
  authorizer: { jwtConfiguration: { issuer: "http://127.0.0.1:9", audience: ["a"] } },
  switches: defaultSwitches,
  now: () => 0,
});
const cors = { allowOrigins: ["https://*", "https://a.example"], exposeHeaders: ["x-a"] };
const logLine = compileAccessLogFormat(
  "$context.requestId $context.path $context.identity.userAgent $context.domainName $context.authorizer.claims.a",
);

const ofText: [parser: string, n: number, parse: (text: string) => unknown][] = [
  [
    "request line",
    10_000,
    (text) =>
      readHead({ method: "GET", url: `/${text}?${text}`, httpVersion: "1.1", rawHeaders: ["host", "x"] }),
  ],
  [
    "absolute request line",
    10_000,
    (text) =>
      readHead({ method: "GET", url: `http://${text}/`, httpVersion: "1.1", rawHeaders: ["host", text] }),
  ],
  ["path", 10_000, (text) => decodePath(text, "once")],
  ["path that is decoded twice", 10_000, (text) => decodePath(text, "twice")],
  ["router", 10_000, (text) => router("GET", text)],
  ["endpoint resolver", 10_000, (text) => resolveEndpoint("api.example.com.invalid", `/mvp${text}`)],
  ["endpoint resolver of a domain", 10_000, (text) => resolveEndpoint("api.example.com", `/a/a/${text}`)],
  ["query", 10_000, (text) => parseQueryString(text)],
  [
    "content type",
    10_000,
    (text) => isTextBody(Buffer.from("{}"), new Map([["content-type", text]]), "text"),
  ],
  [
    "event",
    10_000,
    (text) => {
      const headers = new Map([
        ["host", "localhost"],
        ["cookie", text],
        ["x-forwarded-for", text],
        ["user-agent", text],
      ]);
      return eventOf(requestWith({ headers, rawQueryString: text, body: Buffer.from(text) }));
    },
  ],
  ["JSON Web Token", 10_000, (text) => refusedOr(() => parseJwt(text))],
  [
    "authorizer",
    10_000,
    (text) => authorize(requestWith({ headers: new Map([["authorization", text]]) }), []),
  ],
  ["CORS origin", 10_000, (text) => withCorsHeaders(cors, originOf(text), emptyAnswer())],
  ["answer that is not JSON", 10_000, (text) => interpretAnswer(text, "reject")],
  [
    "answer with the text in body, header and cookie",
    10_000,
    (text) => refusedOr(() => interpretAnswer(answerWith(text, false), "reject")),
  ],
  [
    "answer with a base64 body",
    10_000,
    (text) => refusedOr(() => interpretAnswer(answerWith(text, true), "reject")),
  ],
  ["access log", 10_000, (text) => logLine(exchangeWith(requestWith({ path: text }), "", ""))],
  ["masking of text", 10_000, (text) => maskText(text)],
  ["masking of JSON", 10_000, (text) => maskText(JSON.stringify({ password: text, list: [text] }))],
  ["masking of a header", 10_000, (text) => [maskHeader("authorization", text), maskHeader("x-a", text)]],
  ["masking of a cookie", 10_000, (text) => maskCookie(text)],
  ["masking of a parameter", 10_000, (text) => maskParameter("a", text)],
  ["masking of an event", 10_000, (text) => maskDeep({ a: [text], b: { c: text } })],
  [
    "inspector",
    // It only measures lengths beyond what it shows, so this text stays within.
    4_000,
    (text) => inspectRequest(exchangeWith(requestWith({ path: text, rawQueryString: text }), text, text)),
  ],
];

function refusedOr(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error;
  }
}

function originOf(origin: string): HttpRequest {
  return requestWith({ headers: new Map([["origin", origin]]) });
}

function emptyAnswer() {
  return { statusCode: 200, headers: [] as [string, string][], body: Buffer.alloc(0) };
}

function answerWith(text: string, isBase64Encoded: boolean): string {
  return JSON.stringify({
    statusCode: 200,
    headers: { a: text },
    cookies: [text],
    body: text,
    isBase64Encoded,
  });
}

describe("work is linear in the text", () => {
  for (const [parser, n, parse] of ofText) {
    it(`of the ${parser}, whatever the text contains`, () => {
      for (const [name, make] of Object.entries(words)) {
        const workOf = (size: number): Work => {
          const text = make(size);
          return () => parse(text);
        };
        assertLinear(name, n, workOf);
      }
    });
  }
});

const ofNumber: [what: string, n: number, workOf: (n: number) => Work][] = [
  [
    "headers",
    2_000,
    (n) => {
      const rawHeaders = list(n, (index) => [`x-${index}`, "v"]).flat();
      return () =>
        readHead({ method: "GET", url: "/", httpVersion: "1.1", rawHeaders: ["host", "x", ...rawHeaders] });
    },
  ],
  [
    "headers of one name, and the event they make",
    2_000,
    (n) => {
      const rawHeaders = list(n, () => ["cookie", "a=b", "x-a", "v"]).flat();
      return () => {
        const { headers } = readHead({ method: "GET", url: "/", httpVersion: "1.1", rawHeaders });
        return JSON.stringify(eventOf(requestWith({ headers })));
      };
    },
  ],
  [
    "Host headers",
    2_000,
    (n) => {
      const rawHeaders = list(n, () => ["host", "a"]).flat();
      return () => readHead({ method: "GET", url: "/", httpVersion: "1.1", rawHeaders });
    },
  ],
  [
    "names in an event",
    2_000,
    (n) => {
      const headers = new Map(list(n, (index) => [`x-${index}`, "v"] as const));
      const rawQueryString = list(n, (index) => `p${index}=v`).join("&");
      const request = requestWith({ headers, rawQueryString });
      return () => eventOf(request);
    },
  ],
  ["claims", 1_000, (n) => flatten(Object.fromEntries(list(n, (index) => [`c${index}`, index])))],
  ["items of a claim", 2_000, (n) => flatten({ a: list(n, (index) => index) })],
  ["levels of a claim that is a list", 400, (n) => flattenText(`{"a":${"[1,".repeat(n)}1${"]".repeat(n)}}`)],
  ["levels of a claim that is an object", 400, (n) => flattenText(`${'{"a":'.repeat(n)}1${"}".repeat(n)}`)],
  [
    "headers of an answer",
    2_000,
    (n) => {
      const headers = Object.fromEntries(list(n, (index) => [`x-${index}`, "v"]));
      const payload = JSON.stringify({ statusCode: 200, headers });
      return () => interpretAnswer(payload, "reject");
    },
  ],
  [
    "cookies of an answer",
    2_000,
    (n) => {
      const payload = JSON.stringify({ statusCode: 200, cookies: list(n, (index) => `c${index}=v`) });
      return () => interpretAnswer(payload, "reject");
    },
  ],
  [
    "levels of an answer",
    5_000,
    (n) => {
      const payload = `${"[".repeat(n)}${"]".repeat(n)}`;
      return () => interpretAnswer(payload, "reject");
    },
  ],
  [
    "CORS origins",
    5_000,
    (n) => {
      const allowOrigins = list(n, (index) => `https://a${index}.example`);
      const request = originOf("https://other.example");
      return () => preflightAnswer({ allowOrigins }, request);
    },
  ],
  [
    "CORS methods and headers",
    5_000,
    (n) => {
      const allowHeaders = list(n, (index) => `x-${index}`);
      const request = originOf("https://a.example");
      return () =>
        preflightAnswer({ allowOrigins: ["*"], allowMethods: allowHeaders, allowHeaders }, request);
    },
  ],
  [
    "headers of an answer under CORS",
    5_000,
    (n) => {
      const headers = list(n, (index): [string, string] => [`access-control-${index}`, "v"]);
      const request = originOf("https://a.example");
      return () => withCorsHeaders(cors, request, { ...emptyAnswer(), headers });
    },
  ],
];

function flatten(claims: object): Work {
  return flattenText(JSON.stringify(claims));
}

function flattenText(payload: string): Work {
  return () => flattenClaims(payload);
}

describe("work is linear in the number", () => {
  for (const [what, n, workOf] of ofNumber) {
    it(`of ${what}`, () => assertLinear(what, n, workOf));
  }
});
