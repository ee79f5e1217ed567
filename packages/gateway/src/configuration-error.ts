/** A mistake in the description of an API: one sentence with the thing, what is wrong and what would be right. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
