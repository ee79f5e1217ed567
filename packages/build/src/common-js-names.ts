/**
 * The names under which Node exports the properties of a CommonJS module, found in its text as Node finds
 * them.
 */
import { readFileSync } from "node:fs";
import { createRequire, findPackageJSON, isBuiltin } from "node:module";
import { extname, isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { initSync, parse } from "cjs-module-lexer";

initSync();

/** The names of a module, including those that it re-exports; `undefined` if Node would not treat the file as CommonJS. */
type CommonJsNames = (file: string) => ReadonlySet<string> | undefined;

/** Makes the function for one bundling: it reads each file once. */
export function commonJsReader(): CommonJsNames {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  const types = new Map<string, string | undefined>();

  function packageType(file: string): string | undefined {
    const manifest = findPackageJSON(pathToFileURL(file));
    if (manifest === undefined) return undefined;
    if (!types.has(manifest)) types.set(manifest, JSON.parse(readFileSync(manifest, "utf8")).type);
    return types.get(manifest);
  }

  function read(file: string, seen: Set<string>): ReadonlySet<string> | undefined {
    const extension = extname(file);
    if (extension !== ".js" && extension !== ".cjs") return undefined;
    if (extension === ".js" && packageType(file) === "module") return undefined;
    seen.add(file);
    const { exports, reexports } = lex(file) ?? {};
    // Without a type, the syntax decides.
    if (!exports || !reexports) return undefined;
    const names = new Set(exports);
    for (const specifier of reexports) {
      const target = resolve(specifier, file);
      if (!target || isBuiltin(target) || !isAbsolute(target) || seen.has(target)) continue;
      for (const name of read(target, seen) ?? []) names.add(name);
    }
    return names;
  }

  return (file) => {
    if (!known.has(file)) known.set(file, read(file, new Set()));
    return known.get(file);
  };
}

function lex(file: string): ReturnType<typeof parse> | undefined {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function resolve(specifier: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}
