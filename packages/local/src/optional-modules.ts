/** Modules of packages that a project has only if it wants them. */

/** The command that releases code. */
export const RELEASE = "@lambda-express-api/delivery/release/main.ts";

export function isInstalled(module: string): boolean {
  try {
    import.meta.resolve(module);
    return true;
  } catch {
    return false;
  }
}
