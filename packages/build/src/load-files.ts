/**
 * Loads in Lambda the files that `bundle-files.ts` has made, each with V8's code cache where there is one. Node's own
 * modules come by `getBuiltinModule`: an ES import reads all of a module's exports, and `http` then loads undici.
 */
import type { Script } from "node:vm";

export interface FileLoaderOptions {
  readonly folder: string;
  /** The names of the files with a code cache, and the names of their code caches. */
  readonly codeCaches: Readonly<Record<string, string>>;
  /** Is told of a code cache that is not there, or that V8 does not take: then the source is compiled. */
  readonly onUnusable?: (codeCache: string) => void;
  /** Is told of each file that was run. */
  readonly onRun?: (file: string, script: Script) => void;
}

type Exports = Record<string, unknown>;
type Require = (id: string) => Exports;
type FileFunction = (
  exports: Exports,
  require: Require,
  module: { exports: Exports },
  dirname: string,
) => void;

/**
 * Makes the function that loads a file.
 *
 * @param appFile the file of the start: what others require may be in it.
 */
export function createFileLoader(
  appFile: string,
  { folder, codeCaches, onUnusable, onRun }: FileLoaderOptions,
): (file: string) => Exports {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { Script } = process.getBuiltinModule("node:vm");
  const modules = new Map<string, { exports: Exports }>();

  function load(file: string): Exports {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const script = compile(file);
    const wrapped: FileFunction = script.runInThisContext();
    wrapped(module.exports, require, module, folder);
    onRun?.(file, script);
    return module.exports;
  }

  function compile(file: string): Script {
    const filename = `${folder}/${file}`;
    // The build leaves nothing in a file that is not ASCII.
    const source = readFileSync(filename, "latin1");
    const codeCache = codeCaches[file];
    if (codeCache === undefined) return new Script(source, { filename });
    const script = new Script(source, { filename, cachedData: readCodeCache(codeCache) });
    if (script.cachedDataRejected !== false) onUnusable?.(codeCache);
    return script;
  }

  function readCodeCache(codeCache: string): Buffer | undefined {
    try {
      return readFileSync(`${folder}/${codeCache}`);
    } catch {
      return undefined;
    }
  }

  const require: Require = (id) => {
    const builtin = process.getBuiltinModule(id) as Exports | undefined;
    if (builtin) return builtin;
    return (load(appFile)[id] as Exports | undefined) ?? load(id.replace("./", ""));
  };
  return load;
}
