import { createRequire } from "node:module";
import { join } from "node:path";
import { PlainError } from "./command.ts";

/** Why the SDK of an identity provider is needed. */
export const GROUPS = "groups are kept where only it can reach";

/**
 * Loads a package that only this command needs, so that the others do without it.
 *
 * @param specifier the package, or a module of it.
 * @param folder whose `node_modules` it is in, or above.
 * @param why it is needed.
 * @throws PlainError that says how to install it.
 */
export function loadOptional<Module>(specifier: string, folder: string, why: string): Module {
  const [scopeOrName = "", name = ""] = specifier.split("/");
  const packageName = scopeOrName.startsWith("@") ? `${scopeOrName}/${name}` : scopeOrName;
  const require = createRequire(join(folder, "package.json"));
  try {
    require.resolve(specifier);
  } catch {
    throw new PlainError(
      `${packageName} is not installed, and ${why}; run: npm install --save-dev ${packageName}`,
    );
  }
  return require(specifier) as Module;
}
