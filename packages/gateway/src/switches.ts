// Unconfirmed behaviour of the service, and limits that tests lower. docs/behaviour.md §8 lists them with
// reasons.

export interface Switches {
  /** §1.5 Is a named stage part of the event's path behind a custom domain? */
  stageInCustomDomainPath: "kept" | "removed";
  /** §6.2 The answer of a custom domain when no mapping matches. */
  mappingMiss: 404 | 403;
  /** §3.2 Does `/items/` match `GET /items`? */
  trailingSlash: "distinct" | "ignored";
  /** §5 Do the gateway's own errors carry CORS headers? */
  corsOnGatewayErrors: boolean;
  /** §1.4 One capture shows paths decoded twice, with 400 where the second pass meets a bare `%`. */
  pathDecoding: "once" | "twice";
  /** §1.8 Do `application/problem+json` and similar types arrive as text? */
  structuredSuffixBodies: "base64" | "text";
  /** §2.1 What becomes of `headers: { "x-count": 3 }`. */
  nonStringHeaderValues: "reject" | "stringify";
  /** §1.3 The cloud always reports https and 443; `listener` reports what the local socket uses. */
  forwardedHeaders: "cloud" | "listener";
  /** §4.1 Leeway for `exp`, `nbf` and `iat`. */
  clockSkewSeconds: number;
  /** §4.2 How long keys are kept. */
  jwksCacheMilliseconds: number;
  /** §4.2 For discovery and for keys, each. */
  jwksTimeoutMilliseconds: number;
  /** §2.2 Overrides every API's integration time-out, even below the service's minimum of 50. */
  integrationTimeoutMilliseconds?: number;
}

export const defaultSwitches: Switches = {
  stageInCustomDomainPath: "kept",
  mappingMiss: 404,
  trailingSlash: "distinct",
  corsOnGatewayErrors: true,
  pathDecoding: "once",
  structuredSuffixBodies: "base64",
  nonStringHeaderValues: "reject",
  forwardedHeaders: "cloud",
  clockSkewSeconds: 0,
  jwksCacheMilliseconds: 2 * 60 * 60 * 1000,
  jwksTimeoutMilliseconds: 1_500,
};
