/**
 * The access matrix: every endpoint, called by every kind of caller, in both runtimes. Its rows come from the route
 * definitions, so an endpoint that is added is tested without a line written here.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { describeAccess } from "../src/http/access.ts";
import type { Route } from "../src/http/define-route.ts";
import { routes } from "../src/routes/routes.ts";
import { startTestIssuer, strangerKey, type TestIssuer } from "./support/test-issuer.ts";
import { appWay, lambdaWay, type Way } from "./support/ways.ts";

interface Caller {
  readonly name: string;
  /** The `Authorization` header; `undefined` for none. */
  authorization(issuer: TestIssuer): string | undefined;
  /** The groups of a caller whose token is good. */
  readonly groups?: readonly string[];
}

const past = () => Math.floor(Date.now() / 1000) - 7200;
const bearer = (token: string) => `Bearer ${token}`;
const signedIn = (name: string, groups: readonly string[] | undefined): Caller => ({
  name,
  authorization: (issuer) => bearer(issuer.sign(issuer.claims(groups))),
  groups: groups ?? [],
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

/** 401: we do not know you; 403: we know you, and you may not; `undefined`: the endpoint itself answers. */
function expectedRefusal({ access }: Route, { groups }: Caller): 401 | 403 | undefined {
  if (access.type === "public") return undefined;
  if (!groups) return 401;
  // The demo callers have no scopes: an endpoint that demands one refuses them all.
  if (access.scopes.length > 0) return 403;
  return access.groups.length === 0 || access.groups.some((group) => groups.includes(group))
    ? undefined
    : 403;
}

describe("access matrix", () => {
  let issuer: TestIssuer;
  const ways: Way[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    // Nothing listens there: a public endpoint that asks the identity provider answers 503, and not 401.
    const environment = {
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
    };
    ways.push(appWay({ issuer, environment }), lambdaWay({ issuer, environment }));
  });
  after(async () => {
    for (const way of ways) await way.close();
    await issuer.close();
  });

  for (const route of routes) {
    describe(`${route.method} ${route.path} is for ${describeAccess(route.access)}`, () => {
      for (const caller of callers) {
        const refusal = expectedRefusal(route, caller);
        it(`${caller.name} ${refusal ? `gets ${refusal}` : "gets in"}`, async () => {
          const authorization = caller.authorization(issuer);
          for (const way of ways) {
            const answer = await way.send({
              method: route.method,
              path: route.path.replace(/\{\w+\+?\}/g, "x"),
              headers: authorization === undefined ? {} : { authorization },
            });
            const message = `${way.name} answered ${answer.status} ${answer.body}`;
            if (refusal) {
              assert.equal(answer.status, refusal, message);
              assert.match(JSON.parse(answer.body.toString()).error.code, /^00[1-9]40[13]$/, message);
            } else {
              assert.ok(![401, 403, 404].includes(answer.status), message);
              if (route.method === "GET" && !route.request) assert.equal(answer.status, 200, message);
            }
          }
        });
      }
    });
  }
});
