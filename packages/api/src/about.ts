/** Name, version and description of this API, as its package says. */
import manifest from "../package.json" with { type: "json" };

export const about = {
  name: "lambda-express-api",
  version: manifest.version,
  description: manifest.description,
} as const;
