/** The part of the API's environment that follows from the infrastructure. */
import type { Features } from "@lambda-express-api/kit/config.ts";

export interface CallerSettings {
  readonly jwtAuthorizer: { readonly issuer: string; readonly audiences: readonly string[] };
  /** The claim with the caller's groups. Default: `groups`. */
  readonly groupsClaim?: string;
  /** Default: everything is on. */
  readonly features?: Features;
}

/** The API's settings that identify callers, the same in each runtime. */
export function callerEnvironment({
  jwtAuthorizer,
  groupsClaim,
  features,
}: CallerSettings): Record<string, string> {
  return {
    JWT_ISSUER: jwtAuthorizer.issuer,
    JWT_AUTHORIZED_AUDIENCES: jwtAuthorizer.audiences.join(","),
    JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim ?? "groups",
    AUTH_ENDPOINTS: (features?.authEndpoints ?? true) ? "on" : "off",
    DOCS: (features?.docs ?? true) ? "on" : "off",
  };
}

/** Marks values as secret: they are encrypted in the state and hidden in outputs and diffs. */
export function secretEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, $util.Output<string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, $util.secret(value)]));
}
