import { createRequire } from "node:module";
import { join } from "node:path";
import { PlainError } from "./command.ts";

/** Why an identity provider's SDK is needed. */
export const GROUPS = "changes groups at the identity provider";

/**
 * Loads a package that only one command needs.
 *
 * @param specifier the package, or one of its modules.
 * @param folder where the search for `node_modules` starts.
 * @param why what the package does, for the message.
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
      `${packageName}, which ${why}, is not installed; run: npm install --save-dev ${packageName}`,
    );
  }
  return require(specifier) as Module;
}
