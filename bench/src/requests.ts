/** The handlers' input: payload 2.0 events as API Gateway makes them behind a JWT authorizer. */
import { payloadEvent, type RequestToSend } from "../../packages/kit/src/testing/payload-event.ts";
import { signToken, strangerKey } from "../../packages/kit/src/testing/test-issuer.ts";

const NOW = Math.floor(Date.now() / 1000);

/** The lifetime of a caller's token, longer than the run. */
const CLAIMS = {
  iss: "https://issuer.example.com",
  aud: "bench",
  sub: "alice",
  email: "alice@example.com",
  email_verified: true,
  groups: ["USERS", "ADMINS"],
  iat: NOW,
  exp: NOW + 3_600,
};

/** The same claims as the gateway passes them on: flat, and all of them text. */
const FLATTENED = Object.fromEntries(
  Object.entries(CLAIMS).map(([name, value]) => [
    name,
    Array.isArray(value) ? `[${value.join(" ")}]` : String(value),
  ]),
);

const TOKEN = signToken(CLAIMS, { alg: "RS256", typ: "JWT", kid: "bench" }, strangerKey());

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const REQUESTS = {
  health: { method: "GET", path: "/v1/manage/hc" },
  whoAmI: { method: "GET", path: "/v1/users/whoami", headers: { authorization: `Bearer ${TOKEN}` } },
  token: {
    method: "POST",
    path: "/v1/auth/token",
    headers: FORM,
    body: "username=alice%40example.com&password=not-secret",
  },
  docs: { method: "GET", path: "/v1/docs" },
  redoc: { method: "GET", path: "/v1/redoc" },
  thing: {
    method: "GET",
    path: "/v1/things7/abc?verbose=true",
    headers: { authorization: `Bearer ${TOKEN}` },
  },
  openapi: { method: "GET", path: "/v1/openapi.json" },
} satisfies Record<string, RequestToSend>;

export type RequestName = keyof typeof REQUESTS;

/** `GET /v1/manage/hc`. */
export function requestLine(name: RequestName): string {
  return `${REQUESTS[name].method} ${REQUESTS[name].path}`;
}

/** The event of a request, as the text that Lambda passes to its runtime. */
export function eventOf(name: RequestName): string {
  const authorizer = { jwt: { claims: FLATTENED, scopes: null } };
  return JSON.stringify(
    payloadEvent(REQUESTS[name], name === "whoAmI" || name === "thing" ? { authorizer } : {}),
  );
}
