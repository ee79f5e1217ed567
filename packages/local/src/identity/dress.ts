/** How the local issuer presents itself: which provider's requests it answers, and which provider's tokens it issues. */
import { createHash } from "node:crypto";
import type { LocalCaller } from "@lambda-express-api/kit";
import type { JWTPayload } from "jose";
import type { Accounts } from "./accounts.ts";
import type { LocalIdentity } from "./local-identity.ts";

/** A request without its transport. */
export interface ProviderRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export interface ProviderAnswer {
  readonly status: number;
  /** JSON, or text with the content type in `headers`. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DressOptions {
  readonly accounts: Accounts;
  /** The issuer's address. */
  readonly url: string;
  readonly jwksUri: string;
  /** Default: the provider's own claim. */
  readonly groupsClaim: string | undefined;
  /** Gives the same answer for an unknown account and a wrong password. */
  readonly emailEnumerationProtection: boolean;
  readonly sign: (claims: JWTPayload) => Promise<string>;
}

export interface Dress
  extends Pick<
    LocalIdentity,
    "name" | "issuer" | "audience" | "groupsClaim" | "environment" | "signInRequest"
  > {
  /** The discovery document, without issuer and keys. */
  readonly discovery: object;
  /** Answers every request to the provider's API. A mistake in a request also gets an answer in the provider's form. */
  answer(request: ProviderRequest): Promise<ProviderAnswer>;
  /** The answer to a body above the size limit. */
  tooLarge(limitBytes: number): ProviderAnswer;
}

export type Credentials = Pick<LocalCaller, "email" | "password">;

/** An account without groups has no groups claim, as with the real providers. */
export function groupsIn(claim: string, groups: readonly string[]): JWTPayload {
  return groups.length > 0 ? { [claim]: groups } : {};
}

/** The same after each start, so that rows in a local database keep their owner. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
