/** An identity provider that runs on this machine, and what an API must know to trust it. */
export interface LocalIdentity {
  /** As it is called in the terminal. */
  name: string;
  url: string;
  /** `iss` of its tokens. */
  issuer: string;
  /** `aud` of its tokens. */
  audience: string;
  jwksUri: string;
  /** The claim that holds a caller's groups. */
  groupsClaim: string;
  identityToolkitBaseUrl: string;
  secureTokenBaseUrl: string;
  close(): Promise<void>;
}
