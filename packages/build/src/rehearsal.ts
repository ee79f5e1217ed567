/** The requests to a built function before it is deployed: requests without external effects. */
import type { Api } from "@lambda-express-api/kit";
import { type Setting, settings } from "@lambda-express-api/kit/config.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";

export interface Rehearsed {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorizer?: object;
}

export interface Rehearsal {
  /** What the first file is for: more functions in its code cache would slow each start. */
  readonly everyday: readonly Rehearsed[];
  readonly others: readonly Rehearsed[];
}

/** Selects the calls: they describe the API, or they are refused before a handler runs. */
export function rehearsalOf(routes: readonly Route[]): Rehearsal {
  const call = ({ method, path }: Route): Rehearsed => ({
    method: method === "ANY" ? "GET" : method,
    path: path.replaceAll(/\{\w+\+?\}/g, "x"),
  });
  const isGuarded = ({ access }: Route) => access.type === "authenticated";
  const forGroups = routes.filter(
    ({ access }) => access.type === "authenticated" && access.groups.length > 0,
  );
  return {
    everyday: [
      ...routes.filter(({ role }) => role === "health").map(call),
      ...forGroups.slice(0, 1).map((route) => ({ ...call(route), ...signedIn() })),
    ],
    others: [
      ...routes.filter(isGuarded).map(call),
      { method: "GET", path: "/rehearsal/nowhere" },
      ...routes
        .filter((route) => route.role === "docs" && !isGuarded(route))
        .map((route) => ({ ...call(route), headers: { "accept-encoding": "br" } })),
      // Without a body, its schema refuses it.
      ...routes.filter(({ role }) => role === "token").map(call),
    ],
  };
}

/** An environment in which the API starts, and reaches nothing external. */
export function rehearsalEnvironment(api: Pick<Api, "settings">): Readonly<Record<string, string>> {
  const required = Object.entries<Setting<unknown>>({ ...settings, ...api.settings })
    .filter(([, setting]) => setting.default === undefined && !setting.optional)
    .map(([name, { example }]) => [name, example]);
  return {
    ...Object.fromEntries(required),
    RUNTIME: "LAMBDA",
    FIREBASE_APP_API_KEY: settings.FIREBASE_APP_API_KEY.example,
    FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
  };
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * A caller in no group of the API, as the gateway passes one on; its signature is not checked behind the
 * gateway.
 */
function signedIn(): Pick<Rehearsed, "headers" | "authorizer"> {
  const now = Math.floor(Date.now() / 1000);
  const [aud] = settings.JWT_AUTHORIZED_AUDIENCES.example.split(",");
  const claims = { iss: settings.JWT_ISSUER.example, aud, sub: "caller", iat: now - 60, exp: now + 3600 };
  const token = [base64url({ alg: "RS256", kid: "key" }), base64url({ ...claims, groups: ["-"] }), "AAAA"];
  const flattened = Object.entries(claims).map(([name, value]) => [name, String(value)]);
  return {
    headers: { authorization: `Bearer ${token.join(".")}` },
    authorizer: { jwt: { claims: { ...Object.fromEntries(flattened), groups: "[-]" } } },
  };
}
