/** Modules of optional packages. */

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
