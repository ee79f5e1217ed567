/** How an API runs on its owner's machine: `src/local.ts` exports it as `local`. Every part is optional. */
export interface LocalStack {
  /**
   * The mapping key of the custom domain that `localhost` stands in for. Default: none, the API is at the
   * root.
   */
  readonly mappingKey?: string;
  /**
   * The accounts of the local identity provider, under the names that the demo uses.
   *
   * Default: `user`, in the group that opens the fewest endpoints, `admin`, in all groups, and `nobody`, in
   * none.
   */
  readonly callers?: Readonly<Record<string, LocalCaller>>;
}

/** An account of the local identity provider. Its password is public. */
export interface LocalCaller {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly groups: readonly string[];
}
