import type { LocalCaller } from "@lambda-express-api/kit";

/** An identity provider on this machine, and the settings for an API that trusts it. */
export interface LocalIdentity {
  /** Its name in the terminal. */
  name: string;
  url: string;
  /** `iss` of its tokens. */
  issuer: string;
  /** The audience of its tokens: `aud`, or `client_id` if there is no `aud`. */
  audience: string;
  jwksUri: string;
  /** The claim that holds a caller's groups. */
  groupsClaim: string;
  /** The settings for an API that trusts it. */
  environment: Readonly<Record<string, string>>;
  /** The request that gets a caller's token from the provider. */
  signInRequest(caller: Pick<LocalCaller, "email" | "password">): SignInRequest;
  close(): Promise<void>;
}

/** A `POST`, and the path of the token in its JSON answer. */
export interface SignInRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tokenAt: readonly string[];
}
