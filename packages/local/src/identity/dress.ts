/** What the local issuer looks like: which provider's requests it answers, and whose tokens it gives. */
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
  /** JSON, or text of the type that `headers` say. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DressOptions {
  readonly accounts: Accounts;
  /** Where the issuer listens. */
  readonly url: string;
  readonly jwksUri: string;
  /** Default: as the provider's tokens have it. */
  readonly groupsClaim: string | undefined;
  /** Answers an unknown account and a wrong password alike. */
  readonly emailEnumerationProtection: boolean;
  readonly sign: (claims: JWTPayload) => Promise<string>;
}

export interface Dress
  extends Pick<
    LocalIdentity,
    "name" | "issuer" | "audience" | "groupsClaim" | "environment" | "signInRequest"
  > {
  /** What the discovery document says beside issuer and keys. */
  readonly discovery: object;
  /** Answers every request to the provider's API; a mistake in a request is an answer too, in the provider's form. */
  answer(request: ProviderRequest): Promise<ProviderAnswer>;
  /** The answer to a body that is too large to be read. */
  tooLarge(limitBytes: number): ProviderAnswer;
}

export type Credentials = Pick<LocalCaller, "email" | "password">;

/** An account without groups has no such claim, as at the providers. */
export function groupsIn(claim: string, groups: readonly string[]): JWTPayload {
  return groups.length > 0 ? { [claim]: groups } : {};
}

/** The same after each start, so that a local database keeps its owners. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
