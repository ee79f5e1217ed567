import type { CreateOptions } from "./options.ts";

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const SCOPE = "@lambda-express-api/";

/** Packages that run in production are dependencies; the others only build, test and deploy. */
const KIT = { dependencies: ["kit"], devDependencies: ["build", "gateway", "infra", "local"] } as const;

/** The `package.json` of a project, with versions from the manifests that `read` returns. */
export function projectManifest(
  { name, delivery, identity }: CreateOptions,
  packages: ReadonlyMap<string, Buffer>,
  read: (file: string) => string,
): object {
  const readManifest = (file: string): Manifest => JSON.parse(read(file));
  const root = readManifest("package.json");
  const api = readManifest("packages/api/package.json");
  const own = (names: readonly string[]) =>
    Object.fromEntries(names.map((short) => [SCOPE + short, sourceOf(short, root.version, packages)]));
  const versions = (names: readonly string[], from: Manifest) =>
    Object.fromEntries(
      names.map((dependency) => {
        const version = { ...from.dependencies, ...from.devDependencies }[dependency];
        if (version === undefined) throw new Error(`No version of ${dependency} is known`);
        return [dependency, version];
      }),
    );
  const dress = identity === "firebase" ? "" : ` --identity ${identity}`;
  const tools = delivery === "none" ? KIT.devDependencies : [...KIT.devDependencies, "delivery"];
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    description: `The API ${name}.`,
    engines: { node: ">=24" },
    scripts: {
      // The local identity provider imitates the one in production.
      start: `lambda-express-api start${dress}`,
      dev: `lambda-express-api dev${dress}`,
      demo: "lambda-express-api demo",
      new: "lambda-express-api new",
      generate: "lambda-express-api generate",
      contract: "lambda-express-api contract",
      groups: "lambda-express-api groups",
      keys: "lambda-express-api keys",
      logs: "lambda-express-api logs",
      // An older Node would fail with an unclear message.
      pretest: "lambda-express-api check-node",
      test: 'node --test "src/**/*.test.ts" "test/**/*.test.ts"',
      "pretest:deployment": "lambda-express-api platform",
      "test:deployment": "node --test test/deployment.suite.ts",
      precheck: "lambda-express-api check-node",
      format: "biome check --write",
      check: "biome check && tsc && lambda-express-api generate --check && lambda-express-api contract",
      "build:lambda": "lambda-express-api build lambda",
      "build:container": "lambda-express-api build container",
      doctor: "lambda-express-api doctor",
      cost: "lambda-express-api cost",
      predeploy: "lambda-express-api check-node",
      deploy: "sst deploy",
      remove: "sst remove",
      ...(delivery !== "none" && {
        release: "lambda-express-api release",
        rollback: "lambda-express-api rollback",
      }),
      update: "lambda-express-api update",
    },
    // Without an entry, npm warns of the script. esbuild works without it.
    allowScripts: { esbuild: false },
    dependencies: sorted({ ...own(KIT.dependencies), ...versions(["express"], api) }),
    devDependencies: sorted({
      ...own(tools),
      ...versions(["@types/express", "@types/supertest", "supertest"], api),
      ...versions(["@biomejs/biome", "@types/node", "sst", "typescript"], root),
      "fast-check": readManifest("packages/kit/package.json").devDependencies?.["fast-check"] ?? "*",
    }),
  };
}

function sourceOf(short: string, version: string, packages: ReadonlyMap<string, Buffer>): string {
  if (packages.size === 0) return version;
  const archive = `lambda-express-api-${short}-${version}.tgz`;
  if (!packages.has(archive)) throw new Error(`${archive} was not packed`);
  return `file:vendor/${archive}`;
}

function sorted(entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
