/** Stops a release or a rollback. Only its message is shown. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/**
 * Another release or a person was faster. Their change stays.
 *
 * @param did their change: "moved the alias".
 */
export function interference(did: string): ReleaseError {
  return new ReleaseError(
    `Something else ${did} in the meantime, perhaps another release; check what it was, then try again.`,
  );
}
