/** What stops a release or a rollback. Its message is all that is shown. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/**
 * Another release, or a person, was there first; what they did stays as it is.
 *
 * @param did what they did: "moved the alias".
 */
export function interference(did: string): ReleaseError {
  return new ReleaseError(
    `Something else ${did} in the meantime, perhaps another release; check what it was, then start again.`,
  );
}
