import type { LocalCaller } from "@lambda-express-api/kit";

/** An identity provider that runs on this machine, and what an API must know to trust it. */
export interface LocalIdentity {
  /** As it is called in the terminal. */
  name: string;
  url: string;
  /** `iss` of its tokens. */
  issuer: string;
  /** What its tokens are for: `aud`, or `client_id` where there is no `aud`. */
  audience: string;
  jwksUri: string;
  /** The claim that holds a caller's groups. */
  groupsClaim: string;
  /** The settings that tell an API of it. */
  environment: Readonly<Record<string, string>>;
  /** How a client gets a caller's token from the provider itself. */
  signInRequest(caller: Pick<LocalCaller, "email" | "password">): SignInRequest;
  close(): Promise<void>;
}

/** A `POST`, and where in the JSON of its answer the token is that the API takes. */
export interface SignInRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tokenAt: readonly string[];
}
