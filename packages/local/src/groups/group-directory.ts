/** Where an identity provider keeps who is in which group. */
export interface GroupDirectory {
  /** @throws PlainError for an account that does not exist, and where the provider refuses. */
  groupsOf(email: string): Promise<readonly string[]>;
  /** Puts an account into exactly these groups. @throws the same. */
  setGroups(email: string, groups: readonly string[]): Promise<void>;
}
