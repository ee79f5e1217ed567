/** What stops a release or a rollback, in a sentence that is all that its reader needs. */
export class ReleaseError extends Error {
  override readonly name: string = "ReleaseError";
}

/** Somebody else was there first, and what they did stays as it is. */
export class InterferenceError extends ReleaseError {
  override readonly name = "InterferenceError";
}

/** @param did what they did: "moved the alias". */
export function interference(did: string): InterferenceError {
  return new InterferenceError(
    `Somebody else ${did} in the meantime, perhaps another release; look what it was, then start again.`,
  );
}
