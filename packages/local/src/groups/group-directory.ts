/** The group memberships at an identity provider. */
export interface GroupDirectory {
  /** Creates an account that can sign in with a password. @throws PlainError if it exists, or if the provider refuses. */
  create(email: string, password: string): Promise<void>;
  /** @throws PlainError if the account does not exist, or if the provider refuses. */
  groupsOf(email: string): Promise<readonly string[]>;
  /** Puts an account into exactly these groups. @throws PlainError as `groupsOf` does. */
  setGroups(email: string, groups: readonly string[]): Promise<void>;
}
