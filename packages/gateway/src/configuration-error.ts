/**
 * A mistake in the description of an API: one sentence that says what is wrong with which part, and what
 * would be right.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
