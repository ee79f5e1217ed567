/**
 * Loads in Lambda the files that `bundle-files.ts` has made, each with V8's code cache if there is one.
 * Node's own modules come from `getBuiltinModule`: an ES import reads all of a module's exports, and `http`
 * then loads undici.
 */
import type { Script } from "node:vm";
import { lazyRecord } from "@lambda-express-api/kit/lazy-record.ts";

export interface FileLoaderOptions {
  readonly folder: string;
  /** Whether the build has made code caches: that of `app.js` is `app.js.cache`. */
  readonly hasCodeCaches: boolean;
  /** Called for a code cache that is missing, or that V8 refuses: the source is then compiled. */
  readonly onUnusable?: (codeCache: string) => void;
  /** Called for each file that was run. */
  readonly onRun?: (file: string, script: Script) => void;
}

/** What `import()` of a part of the API becomes. */
const FILE = /^\.\/[^/]+\.js$/;

type Exports = Record<string, unknown>;
type Require = (id: string) => Exports;
type FileFunction = (
  exports: Exports,
  require: Require,
  module: { exports: Exports },
  filename: string,
  dirname: string,
  meta: Meta,
  load: (id: string, options?: ImportCallOptions) => Promise<object>,
  parts: (lines: string) => Readonly<Record<string, () => Promise<unknown>>>,
) => void;

/** `import.meta` of a file's ES modules. */
class Meta {
  readonly filename: string;
  readonly dirname: string;
  readonly main = false;

  constructor(filename: string, dirname: string) {
    this.filename = filename;
    this.dirname = dirname;
  }

  get url(): string {
    return process.getBuiltinModule("node:url").pathToFileURL(this.filename).href;
  }

  resolve(specifier: string): string {
    const { createRequire, isBuiltin } = process.getBuiltinModule("node:module");
    if (isBuiltin(specifier)) return specifier;
    const { pathToFileURL } = process.getBuiltinModule("node:url");
    return pathToFileURL(createRequire(this.filename).resolve(specifier)).href;
  }
}

/**
 * Makes the function that loads a file.
 *
 * @param appFile the file of the start: what others require may be in it.
 */
export function createFileLoader(
  appFile: string,
  { folder, hasCodeCaches, onUnusable, onRun }: FileLoaderOptions,
): (file: string) => Exports {
  const { isAscii } = process.getBuiltinModule("node:buffer");
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { Script } = process.getBuiltinModule("node:vm");
  const root = process.getBuiltinModule("node:path").resolve(folder);
  const modules = new Map<string, { exports: Exports }>();

  function load(file: string): Exports {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    try {
      const script = compile(file);
      const wrapped: FileFunction = script.runInThisContext();
      const filename = `${root}/${file}`;
      wrapped(
        module.exports,
        require,
        module,
        filename,
        root,
        new Meta(filename, root),
        importModule,
        partsOf,
      );
      onRun?.(file, script);
      return module.exports;
    } catch (error) {
      // The next importer must not get a half-initialised module.
      modules.delete(file);
      throw error;
    }
  }

  function compile(file: string): Script {
    const filename = `${folder}/${file}`;
    const bytes = readFileSync(filename);
    // The build writes ASCII, which is fastest so, except for regular expressions and raw texts.
    const source = bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
    if (!hasCodeCaches) return new Script(source, { filename });
    const codeCache = `${file}.cache`;
    const cachedData = readCodeCache(codeCache);
    const script = new Script(source, { filename, cachedData });
    // A file that the rehearsal did not load has none.
    if (script.cachedDataRejected || (!cachedData && file === appFile)) onUnusable?.(codeCache);
    return script;
  }

  function readCodeCache(codeCache: string): Buffer | undefined {
    try {
      return readFileSync(`${folder}/${codeCache}`);
    } catch {
      return undefined;
    }
  }

  let requireHere: NodeJS.Require | undefined;

  /** For a package that is not bundled. */
  function requireExternal(id: string): Exports {
    requireHere ??= process.getBuiltinModule("node:module").createRequire(`${root}/${appFile}`);
    return requireHere(id);
  }

  const require: Require = (id) => {
    const builtin = process.getBuiltinModule(id) as Exports | undefined;
    if (builtin) return builtin;
    if (id.startsWith("./node_modules/")) return requireExternal(id);
    return (load(appFile)[id] as Exports | undefined) ?? load(id.replace("./", ""));
  };
  /** The result of `import()`: a file's namespace, or Node's own result for anything else. */
  async function importModule(id: string, options?: ImportCallOptions): Promise<object> {
    return FILE.test(id) ? namespaceOf(id) : import(id, options);
  }

  /**
   * For `{ "GET /v1/orders": async () => (await import(id)).name }`.
   *
   * @param lines `GET /v1/orders\t${id} ${name}` for each.
   */
  function partsOf(lines: string): Readonly<Record<string, () => Promise<unknown>>> {
    let byKey: ReadonlyMap<string, string> | undefined;
    const index = (): ReadonlyMap<string, string> => {
      byKey ??= new Map(
        lines
          .trim()
          .split("\n")
          .map((line) => line.split("\t") as [string, string]),
      );
      return byKey;
    };
    const loaders = new Map<string, () => Promise<unknown>>();
    return lazyRecord(
      (key) => {
        const known = loaders.get(key);
        if (known) return known;
        // Most starts look for one key, in less time than it takes to list them.
        const part = byKey ? byKey.get(key) : (search(lines, key) ?? index().get(key));
        if (part === undefined) return undefined;
        const [id = "", name = ""] = part.split(" ");
        const load = async () => ((await importModule(id)) as Exports)[name];
        loaders.set(key, load);
        return load;
      },
      () => [...index().keys()],
    );
  }

  const namespaces = new Map<string, object>();

  function namespaceOf(id: string): object {
    const known = namespaces.get(id);
    if (known) return known;
    const exports = require(id);
    const namespace = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } });
    for (const name of Object.keys(exports).sort()) {
      Object.defineProperty(namespace, name, { enumerable: true, get: () => exports[name] });
    }
    // Each CommonJS file sets it, which hides the module's own value.
    const original = exports["module.exports"] as { readonly __esModule?: unknown } | null | undefined;
    if (original?.__esModule)
      Object.defineProperty(namespace, "__esModule", { value: true, enumerable: true });
    namespaces.set(id, namespace);
    return namespace;
  }

  return load;
}

/** What a line has after a key and a tab. Before and after each line is a line break. */
function search(lines: string, key: string): string | undefined {
  const start = key.includes("\n") ? -1 : lines.indexOf(`\n${key}\t`);
  if (start === -1) return undefined;
  const from = start + key.length + 2;
  return lines.slice(from, lines.indexOf("\n", from));
}
