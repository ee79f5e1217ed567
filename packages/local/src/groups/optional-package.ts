import { createRequire } from "node:module";
import { join } from "node:path";
import { PlainError } from "../command.ts";

/**
 * Loads a package that only this command needs, so that the others do without it.
 *
 * @param specifier the package, or a module of it.
 * @param folder whose `node_modules` it is in, or above.
 * @throws PlainError that says how to install it.
 */
export function loadOptional<Module>(specifier: string, folder: string): Module {
  const [scopeOrName = "", name = ""] = specifier.split("/");
  const packageName = scopeOrName.startsWith("@") ? `${scopeOrName}/${name}` : scopeOrName;
  const require = createRequire(join(folder, "package.json"));
  try {
    require.resolve(specifier);
  } catch {
    throw new PlainError(
      `${packageName} is not installed, and groups are kept where only it can reach; run: npm install --save-dev ${packageName}`,
    );
  }
  return require(specifier) as Module;
}
