// Makes the folder that can be published: JavaScript and declarations, for Node strips no types below node_modules.
// Usage: node scripts/build.ts [folder]; the folder is `dist` unless another one is named.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = dirname(import.meta.dirname);
const folder = resolve(process.argv[2] ?? join(root, "dist"));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
compile();
cpSync(join(root, "src/inspector/page"), join(folder, "inspector/page"), { recursive: true });
cpSync(join(root, "docs"), join(folder, "docs"), { recursive: true });
cpSync(join(root, "../../LICENSE"), join(folder, "LICENSE"));
const readme = readFileSync(join(root, "README.md"), "utf8");
writeFileSync(join(folder, "README.md"), readme.replaceAll(/\]\(src\/([\w/-]+)\.ts\)/g, "]($1.d.ts)"));
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);

function compile(): void {
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = join(dirname(typescript), "bin/tsc");
  const project = join(root, "tsconfig.build.json");
  const { status } = spawnSync(process.execPath, [tsc, "-p", project, "--outDir", folder], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

/** The modules keep the names they have in the workspace, as in `@lambda-express-api/gateway/limits.ts`. */
function manifest(): object {
  const {
    private: _,
    scripts: __,
    devDependencies: ___,
    ...described
  } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    ...described,
    // Here alone: the workspace brings its Node, whatever the host has.
    engines: { node: ">=24" },
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./*.ts": { types: "./*.d.ts", default: "./*.js" },
      "./*.js": { types: "./*.d.ts", default: "./*.js" },
    },
  };
}
