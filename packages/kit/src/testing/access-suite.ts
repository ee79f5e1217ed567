/**
 * The access suite: every endpoint, called by every kind of caller, on every target. It proves who reaches a
 * handler, and that a refused caller is refused before the handler runs and before the body is read. The
 * handlers are stubs and the API keys are its own, so it needs no database, and a handler's response cannot
 * fail it.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "../api.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { publicPath } from "../request/request-path.ts";
import { describeAccess } from "../route/access.ts";
import type { Route } from "../route/define-route.ts";
import type { RequestToSend } from "./payload-event.ts";
import { BODY_TOO_LONG, REACHED_HEADER, withStandInHandlers } from "./stand-in-handlers.ts";
import { type StartTarget, startTargets, type Target } from "./targets.ts";
import { createTestApiKeys, type TestApiKeys } from "./test-api-keys.ts";
import { type Environment, noIssuerOf, testConfig } from "./test-environment.ts";
import { startTestIssuer, strangerKey, type TestIssuer } from "./test-issuer.ts";
import { issuerOptions, providerOf } from "./test-issuer-dress.ts";

interface Caller {
  readonly name: string;
  /** The credentials of a caller. */
  headers(issuer: TestIssuer): Readonly<Record<string, string>>;
  /** The content of a caller's token, if it is valid. */
  readonly groups?: readonly string[];
  readonly scopes?: readonly string[];
  /** Whether it is a machine with a valid key. */
  readonly hasKey?: true;
}

const OTHER_GROUP = "NOT-A-GROUP-OF-THIS-API";
const OTHER_MEMBER = "a member of another group";

const past = () => Math.floor(Date.now() / 1000) - 7200;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const signedIn = (
  name: string,
  groups: readonly string[] | undefined,
  scopes: readonly string[] = [],
): Caller => ({
  name,
  headers: (issuer) => bearer(issuer.sign(issuer.claims(groups, { scope: scopes.join(" ") || undefined }))),
  groups: groups ?? [],
  scopes,
});

/**
 * Callers whose token is missing or refused; if it were accepted, they would be in every group of the API.
 */
function refusedCallers(groups: readonly string[]): readonly Caller[] {
  const token = (change: (issuer: TestIssuer) => Readonly<Record<string, unknown>>) => (issuer: TestIssuer) =>
    bearer(issuer.sign(issuer.claims(groups, change(issuer))));
  return [
    { name: "no token", headers: () => ({}) },
    { name: "a malformed token", headers: () => bearer("not.a.token") },
    { name: "an expired token", headers: token(() => ({ iat: past(), exp: past() + 3600 })) },
    { name: "another issuer's token", headers: token(({ issuer }) => ({ iss: `${issuer}/` })) },
    { name: "a token for another audience", headers: token(() => ({ aud: "test" })) },
    {
      name: "a forged token",
      headers: (issuer) => bearer(issuer.sign(issuer.claims(groups), {}, strangerKey())),
    },
  ];
}

/**
 * The callers that an endpoint's own rule distinguishes: a member of each group, and one of another group,
 * each with one of the scopes.
 */
function namedCallers({ access }: Route, apiKeys: TestApiKeys): readonly Caller[] {
  if (access.type === "public" || access.type === "iam") return [];
  const scopes = access.scopes.slice(0, 1);
  if (access.type === "apiKey")
    return scopes.length > 0 ? [withKey(`a machine whose key has scope ${scopes}`, apiKeys, scopes)] : [];
  const suffix = scopes.length > 0 ? ` with scope ${scopes}` : "";
  if (access.groups.length === 0) return [signedIn(`a signed-in caller${suffix}`, undefined, scopes)];
  const members = access.groups.map((group) => signedIn(`a member of ${group}${suffix}`, [group], scopes));
  return scopes.length > 0
    ? [...members, signedIn(`${OTHER_MEMBER}${suffix}`, [OTHER_GROUP], scopes)]
    : members;
}

const withKey = (name: string, apiKeys: TestApiKeys, scopes: readonly string[]): Caller => {
  const key = apiKeys.issue(scopes);
  return { name, headers: () => ({ "x-api-key": key }), scopes, hasKey: true };
};

/** Machines whose key is missing or refused; if it were accepted, they would have every scope of the API. */
function refusedMachines(scopes: readonly string[], apiKeys: TestApiKeys): readonly Caller[] {
  const hour = 3_600_000;
  const timeAgo = new Date(Date.now() - hour).toISOString();
  const caller = (name: string, key: string): Caller => ({ name, headers: () => ({ "x-api-key": key }) });
  const good = apiKeys.issue(scopes);
  return [
    { name: "no key", headers: () => ({}) },
    caller("a malformed key", "key"),
    caller("an unknown key", createTestApiKeys().issue(scopes)),
    caller("a key with another secret", `${good.slice(0, -43)}${"A".repeat(43)}`),
    caller("an expired key", apiKeys.issue(scopes, { expiresAt: timeAgo })),
    caller("a revoked key", apiKeys.issue(scopes, { revokedAt: timeAgo })),
  ];
}

/**
 * 401: the caller is unknown; 403: the caller is known but may not call; `undefined`: the handler is reached.
 */
function expectedRefusal({ access }: Route, { groups, scopes = [], hasKey }: Caller): 401 | 403 | undefined {
  if (access.type === "public") return undefined;
  // A token never replaces a signature.
  if (access.type === "iam") return 403;
  if (access.type === "apiKey" ? !hasKey : !groups) return 401;
  if (access.scopes.length > 0 && !access.scopes.some((scope) => scopes.includes(scope))) return 403;
  if (access.type === "apiKey" || !groups) return undefined;
  return access.groups.length === 0 || access.groups.some((group) => groups.includes(group))
    ? undefined
    : 403;
}

function everyGroup(routes: readonly Route[]): readonly string[] {
  const groups = routes.flatMap(({ access }) => (access.type === "authenticated" ? access.groups : []));
  return [...new Set(groups)].sort();
}

function everyScopeOfKeys(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.flatMap(({ access }) => (access.type === "apiKey" ? access.scopes : [])))].sort();
}

/**
 * Tests that every endpoint admits the callers that its rule names, and no others, on every target.
 *
 * @example
 * await accessSuite(api, [appTarget, handlerTarget]);
 */
export async function accessSuite(
  api: Api,
  starts: readonly StartTarget[],
  { environment }: { readonly environment?: Environment } = {},
): Promise<void> {
  const routes = await enabledRoutes(
    api,
    testConfig(api, noIssuerOf(providerOf(environment)), environment).features,
  );
  const groups = everyGroup(routes);
  const apiKeys = createTestApiKeys();
  const hasKeys = routes.some(({ access }) => access.type === "apiKey");
  const machines = hasKeys ? [withKey("a machine whose key has no scope", apiKeys, [])] : [];
  const allScopes = everyScopeOfKeys(routes);
  const callersOfKeys = [
    ...refusedMachines(allScopes, apiKeys),
    signedIn("a signed-in caller without a key", groups, allScopes),
    ...machines,
  ];
  const callersOfTokens = [
    ...refusedCallers(groups),
    signedIn("a caller without a groups claim", undefined),
    signedIn("a caller with no groups", []),
    signedIn(OTHER_MEMBER, [OTHER_GROUP]),
    ...groups.map((group) => signedIn(`a member of ${group} without a scope`, [group])),
    ...machines,
  ];

  describe("access", () => {
    let issuer: TestIssuer;
    let targets: readonly Target[] = [];
    before(async () => {
      issuer = await startTestIssuer(issuerOptions(environment));
      const standIn = withStandInHandlers(api, { request: "unread", apiKeys: apiKeys.store });
      targets = await startTargets(starts, { api: standIn, issuer, environment });
    });
    after(async () => {
      await Promise.all(targets.map((target) => target.close()));
      await issuer.close();
    });

    for (const route of routes) {
      describe(`${route.method} ${route.path} is for ${describeAccess(route.access)}`, () => {
        if (route.access.type === "iam") {
          it("an AWS caller reaches the handler behind a gateway, and gets 403 elsewhere", async () => {
            const awsCaller = "arn:aws:iam::123456789012:user/test";
            for (const target of targets) {
              const answer = await target.request({ ...requestOf(route), awsCaller });
              const isReached = answer.headers[REACHED_HEADER] !== undefined;
              const message = `${target.name} answered ${answer.status} ${answer.body}`;
              assert.equal(isReached, target.hasAwsCallers === true, message);
              if (!isReached) assert.equal(answer.status, 403, message);
            }
          });
        }
        const callers = route.access.type === "apiKey" ? callersOfKeys : callersOfTokens;
        for (const caller of [...callers, ...namedCallers(route, apiKeys)]) {
          const refusal = expectedRefusal(route, caller);
          it(`${caller.name} ${refusal ? `gets ${refusal}, before handler and body` : "reaches the handler"}`, async () => {
            const headers = caller.headers(issuer);
            for (const target of targets) {
              const answer = await target.request({
                ...requestOf(route),
                headers,
                ...(refusal && mayHaveBody(route) && { body: BODY_TOO_LONG }),
              });
              const message = `${target.name} answered ${answer.status} ${answer.body}`;
              if (route.only === "container" && target.isLambda) {
                assert.notEqual(answer.headers[REACHED_HEADER], route.operationId, message);
                continue;
              }
              assert.equal(answer.headers[REACHED_HEADER] !== undefined, refusal === undefined, message);
              if (refusal) {
                assert.equal(answer.status, refusal, message);
                const hasBody = route.method !== "HEAD";
                if (hasBody)
                  assert.equal(typeof JSON.parse(answer.body.toString()).message, "string", message);
              }
            }
          });
        }
      });
    }
  });
}

function requestOf({ method, path }: Route): Pick<RequestToSend, "method" | "path"> {
  return {
    method: method === "ANY" ? "PATCH" : method,
    path: publicPath(path.replace(/\{\w+\+?\}/g, "x")),
  };
}

/** HTTP clients send no body with the other methods. */
function mayHaveBody({ method }: Route): boolean {
  return method !== "GET" && method !== "HEAD";
}
