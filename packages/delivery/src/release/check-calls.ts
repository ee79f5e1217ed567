/**
 * The calls that check a version before callers get it: API Gateway's events for requests to the endpoints, and the expected
 * status of each. They come from the route definitions.
 */
import type { Config } from "@lambda-express-api/kit/config.ts";
import { publicPath, routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { ReleaseError } from "./release-error.ts";

export interface CheckCall {
  /** Describes the request. */
  readonly request: string;
  readonly event: object;
  readonly expectedStatus: number;
}

type Claims = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * Returns the calls: the health check; each private endpoint without a token, which must be refused; and one endpoint for
 * groups as a caller in no group, which must be refused too. A refusal comes before the handler, which may need a database.
 * Only GET is called, so that the check changes nothing even if an endpoint is unprotected by mistake.
 *
 * @param config the function's configuration, from its environment.
 * @param nowSeconds seconds since the epoch.
 * @param listed the endpoints that are on. Those that are only for the container are left out, as in the gateway's plan.
 * @throws ReleaseError if there is no health endpoint.
 */
export function checkCalls(
  config: Pick<Config, "stageName" | "jwt">,
  nowSeconds: number,
  listed: readonly Route[],
): readonly CheckCall[] {
  const routes = listed.filter(({ only }) => only !== "container");
  const { stageName = "$default", jwt } = config;
  const call = (route: Route, expectedStatus: number, words: string, caller?: Caller): CheckCall => ({
    request: `${routeKey(route.method, route.path)}${words}`,
    event: eventOf(route, stageName, nowSeconds, caller),
    expectedStatus,
  });
  const guarded = routes.flatMap((route) =>
    route.access.type === "authenticated" && route.method === "GET" ? [{ route, ...route.access }] : [],
  );
  const health = routes.find(({ role }) => role === "health");
  if (!health) {
    throw new ReleaseError(
      'No endpoint has the role "health", which a release calls to check a new version; add role: "health" to one.',
    );
  }
  const forGroups = guarded.filter(({ groups }) => groups.length > 0).slice(0, 1);

  return [
    call(health, 200, ""),
    ...guarded.map(({ route }) => call(route, 401, " without a token")),
    ...forGroups.map(({ route, scopes }) =>
      call(route, 403, " as a caller without groups", callerInNoGroup(scopes, jwt, nowSeconds)),
    ),
  ];
}

interface Caller {
  readonly token: string;
  /** Claims as the gateway's authorizer passes them on. */
  readonly authorizer: object;
}

/** Allows for different clocks. */
const VALID_BEFORE_AND_AFTER_SECONDS = 300;

/**
 * Makes a caller as if the gateway had verified the token. The token has no signature: the function trusts its invokers,
 * which are the gateway and the release.
 */
function callerInNoGroup(scopes: readonly string[], jwt: Config["jwt"], nowSeconds: number): Caller {
  const claims: Claims = {
    iss: jwt.issuer,
    aud: jwt.audiences[0] ?? "",
    sub: "release-check",
    iat: nowSeconds - VALID_BEFORE_AND_AFTER_SECONDS,
    exp: nowSeconds + VALID_BEFORE_AND_AFTER_SECONDS,
    [jwt.groupsClaim]: [],
    ...(jwt.tokenUse && { token_use: jwt.tokenUse }),
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  };
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${segment({ alg: "RS256", typ: "JWT", kid: "release-check" })}.${segment(claims)}`;
  return {
    token: `${token}.${Buffer.from("unsigned").toString("base64url")}`,
    authorizer: {
      jwt: {
        claims: Object.fromEntries(
          Object.entries(claims).map(([claim, value]) => [claim, asGoWrites(value)]),
        ),
        scopes: scopes.length > 0 ? scopes : null,
      },
    },
  };
}

/** The gateway flattens claims to text: `[USERS ADMINS]`. */
function asGoWrites(value: string | number | readonly string[]): string {
  return Array.isArray(value) ? `[${value.join(" ")}]` : String(value);
}

const DOMAIN_NAME = "release-check.execute-api.invalid";
const SOURCE_IP = "127.0.0.1";

/** API Gateway, "Payload format version 2.0". */
function eventOf(route: Route, stage: string, nowSeconds: number, caller: Caller | undefined): object {
  const { method } = route;
  const key = routeKey(method, route.path);
  const variables = [...route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  const path = publicPath(route.path.replace(/\{\w+\+?\}/g, "x"));
  const rawPath = stage === "$default" ? path : `/${stage}${path}`;
  const userAgent = "release-check";
  return {
    version: "2.0",
    routeKey: key,
    rawPath,
    rawQueryString: "",
    headers: {
      accept: "application/json",
      ...(caller && { authorization: `Bearer ${caller.token}` }),
      "content-length": "0",
      host: DOMAIN_NAME,
      "user-agent": userAgent,
      "x-forwarded-for": SOURCE_IP,
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    requestContext: {
      accountId: "anonymous",
      apiId: "release-check",
      ...(caller && { authorizer: caller.authorizer }),
      domainName: DOMAIN_NAME,
      domainPrefix: "release-check",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: SOURCE_IP, userAgent },
      requestId: "release-check",
      routeKey: key,
      stage,
      time: new Date(nowSeconds * 1000).toUTCString(),
      timeEpoch: nowSeconds * 1000,
    },
    ...(variables.length > 0 && { pathParameters: Object.fromEntries(variables.map((name) => [name, "x"])) }),
    isBase64Encoded: false,
  };
}
