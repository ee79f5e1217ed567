/**
 * What a version must answer before a caller may reach it: the events that API Gateway would make of requests to the
 * endpoints, and the status that each must have. Made of the route definitions.
 */
import type { Config } from "@lambda-express-api/kit/config.ts";
import type { Access } from "@lambda-express-api/kit/route/access.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { publicPath, routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import type { ReleaseTarget } from "./release-target.ts";

export interface CheckCall {
  /** The request in words. */
  readonly request: string;
  readonly event: object;
  readonly expectedStatus: number;
}

type Claims = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * Gives the calls: health; each private endpoint without a token, which is refused; one of them as a caller whom it
 * lets in, and as a caller in none of its groups. Only GET is called: where an endpoint is not guarded as it should be,
 * the check must change nothing.
 *
 * @param config of the function, as it reads its environment.
 * @param nowSeconds seconds since the epoch.
 */
export function checkCalls(
  config: Pick<Config, "stageName" | "jwt">,
  nowSeconds: number,
  { routes, checks }: Pick<ReleaseTarget, "routes" | "checks">,
): readonly CheckCall[] {
  const { stageName = "$default", jwt } = config;
  const call = (route: Route, expectedStatus: number, caller?: Caller): CheckCall => ({
    request: `${routeKey(route.method, route.path)}${caller ? ` as ${caller.name}` : ""}`,
    event: eventOf(route, stageName, nowSeconds, caller),
    expectedStatus,
  });
  const guarded = routes.filter(
    ({ access, method, feature }) => access.type === "authenticated" && method === "GET" && !feature,
  );
  const caller = (name: string, groups: readonly string[], scopes: readonly string[]) =>
    callerOf(name, groups, scopes, jwt, nowSeconds);
  const { groups, scopes } = authenticated(checks.caller.access);

  return [
    call(checks.health, 200),
    ...guarded.map((route) => {
      const { request, ...refused } = call(route, 401);
      return { request: `${request} without a token`, ...refused };
    }),
    call(
      checks.caller,
      200,
      caller(
        groups.length > 0 ? `a member of ${groups[0]}` : "a signed-in caller",
        groups.slice(0, 1),
        scopes.slice(0, 1),
      ),
    ),
    ...(groups.length > 0 ? [call(checks.caller, 403, caller("a member of no group", [], scopes))] : []),
  ];
}

function authenticated(access: Access) {
  return access.type === "authenticated" ? access : { groups: [], scopes: [] };
}

interface Caller {
  readonly name: string;
  readonly token: string;
  /** As the gateway's authorizer hands them over. */
  readonly authorizer: object;
}

/** Nobody's clock is exact. */
const VALID_BEFORE_AND_AFTER_SECONDS = 300;

/**
 * Makes a caller whose token the gateway would have verified. It was signed by nobody: the function takes the word of
 * whoever may invoke it, which is the gateway and whoever releases.
 */
function callerOf(
  name: string,
  groups: readonly string[],
  scopes: readonly string[],
  jwt: Config["jwt"],
  nowSeconds: number,
): Caller {
  const claims: Claims = {
    iss: jwt.issuer,
    aud: jwt.audiences[0] ?? "",
    sub: "release-check",
    iat: nowSeconds - VALID_BEFORE_AND_AFTER_SECONDS,
    exp: nowSeconds + VALID_BEFORE_AND_AFTER_SECONDS,
    [jwt.groupsClaim]: groups,
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  };
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${segment({ alg: "RS256", typ: "JWT", kid: "release-check" })}.${segment(claims)}`;
  return {
    name,
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
