/** Where an identity provider keeps who is in which group. */
export interface GroupDirectory {
  /** Makes an account that can sign in with a password. @throws PlainError where it exists, and where the provider refuses. */
  create(email: string, password: string): Promise<void>;
  /** @throws PlainError for an account that does not exist, and where the provider refuses. */
  groupsOf(email: string): Promise<readonly string[]>;
  /** Puts an account into exactly these groups. @throws the same. */
  setGroups(email: string, groups: readonly string[]): Promise<void>;
}
