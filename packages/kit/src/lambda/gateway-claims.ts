/**
 * The caller's claims in Lambda. API Gateway's JWT authorizer has verified the token, but passes its claims
 * as strings in Go's format (`"[USERS ADMINS]"`), in which a group with a space looks like two groups. So the
 * typed claims are taken from the token itself, once the two agree.
 */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type Claims, createPrincipals, type Principal } from "../auth/principal.ts";
import {
  bearerToken,
  checkClaims,
  createTokenMemory,
  decodeToken,
  invalidToken,
  type TokenRules,
} from "../auth/token-rules.ts";
import type { ApiGatewayRequest } from "./event-adapter.ts";

/** The part of the event that only the gateway can write; present if a JWT authorizer ran. */
export interface GatewayAuthorizer {
  readonly jwt?: {
    readonly claims?: Readonly<Record<string, unknown>> | null;
    readonly scopes?: readonly string[] | null;
  };
}

/** The claims that must agree before a token counts as the verified one. */
const COMPARED_CLAIMS = ["iss", "sub", "iat", "exp"];

/**
 * @param nowSeconds seconds since the epoch.
 * @returns the typed claims of the token that the gateway verified.
 * @throws ApiError 001401 if no authorizer ran, or if the bearer token is not the verified one.
 */
export type GatewayClaims = (event: GatewayEvent, nowSeconds: number) => Claims;

type GatewayEvent = Pick<APIGatewayProxyEventV2, "headers"> & {
  requestContext: { authorizer?: GatewayAuthorizer };
};

/** A decoded token, and the compared claims as the gateway wrote them. */
interface DecodedToken {
  readonly claims: Claims;
  readonly written: readonly unknown[];
}

/**
 * Makes the function that finds the caller's claims. A token's text is decoded once; whether it is the
 * verified token, and still valid, is checked at each request.
 *
 * @param rules.groupsClaim compared too, because access depends on it.
 */
export function createGatewayClaims(rules: TokenRules & { readonly groupsClaim: string }): GatewayClaims {
  const comparedClaims = [...COMPARED_CLAIMS, rules.groupsClaim];
  const decoded = createTokenMemory<DecodedToken>();

  return ({ headers: { authorization = "" }, requestContext }, nowSeconds) => {
    const known = decoded.get(authorization);
    const token = known ? "" : bearerToken(authorization);
    const flattened = requestContext.authorizer?.jwt?.claims;
    if (!flattened)
      throw invalidToken("The token's signature is not verified", new Error("No authorizer ran"));
    const claims = known?.claims ?? decodeToken(token);
    const written = comparedClaims.map((name) => ownValue(flattened, name));
    if (
      !written.every(
        (text, index) =>
          (known !== undefined && known.written[index] === text) ||
          isWrittenAs(ownValue(claims, comparedClaims[index] ?? ""), text),
      )
    )
      throw invalidToken("The token is not the one that was verified");
    checkClaims(claims, rules, nowSeconds);
    if (!known) decoded.remember(authorization, { claims, written });
    return claims;
  };
}

/** Makes the function that identifies the caller by the request's event. */
export function createGatewayAuthentication(
  jwt: TokenRules & { readonly groupsClaim: string },
): (request: ApiGatewayRequest) => Principal {
  const claimsOf = createGatewayClaims(jwt);
  const principalOf = createPrincipals(jwt.groupsClaim);
  return ({ apiGateway: { event } }) => principalOf(claimsOf(event as GatewayEvent, Date.now() / 1000));
}

function ownValue(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/**
 * Whether `written` is how the gateway writes a claim. A number has several forms (`1.0`, `1e9`), and the
 * gateway's choice is undocumented: it only has to be the same number.
 */
function isWrittenAs(value: unknown, written: unknown): boolean {
  if (typeof value !== "number") return goString(value) === written;
  return typeof written === "string" && written !== "" && Number(written) === value;
}

/** A piece of text, or a value that is still to be written. */
type Piece = { readonly text: string } | { readonly value: unknown };

/**
 * A claim as the gateway writes it: as Go's `%v` prints it. A null claim is left out.
 *
 * Iterative: claims can be nested deeper than the stack.
 */
function goString(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  let written = "";
  const pending: Piece[] = [{ value: claim }];
  for (let piece = pending.pop(); piece; piece = pending.pop()) {
    if ("text" in piece) written += piece.text;
    else if (typeof piece.value !== "object") written += String(piece.value);
    else if (piece.value === null) written += "<nil>";
    else for (const next of piecesOf(piece.value).reverse()) pending.push(next);
  }
  return written;
}

/** `[a b]` or `map[x:1 y:2]`, whose keys are sorted. */
function piecesOf(value: object): Piece[] {
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (!isList) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.flatMap(([key, inner], index): Piece[] => [
    { text: `${index > 0 ? " " : ""}${isList ? "" : `${key}:`}` },
    { value: inner },
  ]);
  return [{ text: isList ? "[" : "map[" }, ...members, { text: "]" }];
}
