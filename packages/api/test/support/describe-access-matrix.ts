/**
 * The access matrix: every endpoint, called by every kind of caller, every way the API runs. Its rows come from the
 * route definitions, so an endpoint that is added is tested without a line written here.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeAccess } from "../../src/http/access.ts";
import type { Route } from "../../src/http/define-route.ts";
import { publicPath } from "../../src/http/request-path.ts";
import { routes } from "../../src/routes/routes.ts";
import { strangerKey, type TestIssuer } from "./test-issuer.ts";
import type { Answer, Way } from "./ways.ts";

interface Caller {
  readonly name: string;
  /** The `Authorization` header; `undefined` for none. */
  authorization(issuer: TestIssuer): string | undefined;
  /** What the token of a caller says, if it is good. */
  readonly groups?: readonly string[];
  readonly scopes?: readonly string[];
}

const past = () => Math.floor(Date.now() / 1000) - 7200;
const bearer = (token: string) => `Bearer ${token}`;
const signedIn = (
  name: string,
  groups: readonly string[] | undefined,
  scopes: readonly string[] = [],
): Caller => ({
  name,
  authorization: (issuer) =>
    bearer(issuer.sign(issuer.claims(groups, { scope: scopes.join(" ") || undefined }))),
  groups: groups ?? [],
  scopes,
});

const callers: readonly Caller[] = [
  { name: "no token", authorization: () => undefined },
  { name: "a malformed token", authorization: () => bearer("not.a.token") },
  {
    name: "an expired token",
    authorization: (issuer) =>
      bearer(issuer.sign(issuer.claims(["ADMINS"], { iat: past(), exp: past() + 3600 }))),
  },
  {
    name: "another issuer's token",
    authorization: (issuer) => bearer(issuer.sign(issuer.claims(["ADMINS"], { iss: `${issuer.issuer}/` }))),
  },
  {
    name: "a token for another audience",
    authorization: (issuer) => bearer(issuer.sign(issuer.claims(["ADMINS"], { aud: "test" }))),
  },
  {
    name: "a forged token",
    authorization: (issuer) => bearer(issuer.sign(issuer.claims(["ADMINS"]), {}, strangerKey)),
  },
  signedIn("a caller without groups", undefined),
  signedIn("nobody@example.com", []),
  signedIn("user@example.com", ["USERS"]),
  signedIn("admin@example.com", ["USERS", "ADMINS"]),
];

/** The callers that an endpoint's own rule names: one for each group, with one of the scopes. */
function namedCallers({ access }: Route): readonly Caller[] {
  if (access.type === "public") return [];
  const scopes = access.scopes.slice(0, 1);
  const suffix = scopes.length > 0 ? ` with scope ${scopes}` : "";
  return access.groups.length > 0
    ? access.groups.map((group) => signedIn(`a member of ${group}${suffix}`, [group], scopes))
    : [signedIn(`a signed-in caller${suffix}`, undefined, scopes)];
}

/** 401: we do not know you; 403: we know you, and you may not; `undefined`: the endpoint itself answers. */
function expectedRefusal({ access }: Route, { groups, scopes = [] }: Caller): 401 | 403 | undefined {
  if (access.type === "public") return undefined;
  if (!groups) return 401;
  if (access.scopes.length > 0 && !access.scopes.some((scope) => scopes.includes(scope))) return 403;
  return access.groups.length === 0 || access.groups.some((group) => groups.includes(group))
    ? undefined
    : 403;
}

/** Nobody has the endpoint, be it the gateway or the app. What an endpoint looks for and does not find is another 404. */
function isNoEndpoint({ status, body }: Answer): boolean {
  if (status !== 404) return false;
  const { error } = JSON.parse(body.toString());
  return error === undefined || error.reason === "There is no such endpoint";
}

/** Describes that every endpoint lets in whom it says, and nobody else, every way. */
export function describeAccessMatrix(
  world: () => { readonly issuer: TestIssuer; readonly ways: readonly Way[] },
): void {
  for (const route of routes) {
    describe(`${route.method} ${route.path} is for ${describeAccess(route.access)}`, () => {
      for (const caller of [...callers, ...namedCallers(route)]) {
        const refusal = expectedRefusal(route, caller);
        it(`${caller.name} ${refusal ? `gets ${refusal}` : "gets in"}`, async () => {
          const { issuer, ways } = world();
          const authorization = caller.authorization(issuer);
          for (const way of ways) {
            const answer = await way.send({
              method: route.method,
              path: publicPath(route.path.replace(/\{\w+\+?\}/g, "x")),
              headers: authorization === undefined ? {} : { authorization },
            });
            const message = `${way.name} answered ${answer.status} ${answer.body}`;
            if (refusal) {
              assert.equal(answer.status, refusal, message);
              assert.equal(typeof JSON.parse(answer.body.toString()).message, "string", message);
            } else {
              assert.ok(![401, 403].includes(answer.status) && !isNoEndpoint(answer), message);
              // An identity provider is not there in these tests; nothing else may fail.
              assert.ok(
                answer.status < 500 || (answer.status === 503 && route.errors?.includes("001503")),
                message,
              );
              if (route.method === "GET" && !route.request) assert.equal(answer.status, 200, message);
            }
          }
        });
      }
    });
  }
}
