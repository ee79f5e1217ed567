import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PackError, PUBLISHED, packageFaults, packPackages } from "./pack.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const temporary = mkdtempSync(join(tmpdir(), "pack-"));
after(() => rmSync(temporary, { recursive: true }));

describe("the packed packages", () => {
  const out = join(temporary, "out");
  let archives: Readonly<Record<string, string>>;
  before(() => {
    archives = packPackages(out);
  });

  const filesOf = (short: string) =>
    execFileSync("tar", ["-tzf", join(out, archives[short] ?? "")], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((file) => file.replace("package/", ""));
  const manifestOf = (short: string) => JSON.parse(readFileSync(join(out, short, "package.json"), "utf8"));

  it("contain JavaScript, types, pages and files for run time, but no tests and no sources", () => {
    const always = ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "docs/api.md"];
    const known =
      /^dist\/.*\.(js|d\.ts)$|^dist\/inspector\/page\/|^(assets|docs|guides|template|repository)\/|^(benchmarks|edits)\.json$|^bin\.js$/;
    for (const short of PUBLISHED) {
      const files = filesOf(short);
      for (const file of always) assert.ok(files.includes(file), `${short} has no ${file}`);
      for (const file of files.filter((file) => !always.includes(file))) assert.match(file, known, short);
      for (const file of files) {
        if (file.endsWith(".js") && file !== "bin.js")
          assert.ok(files.includes(file.replace(/js$/, "d.ts")) || /page\//.test(file), file);
        if (!/^(template|repository)\//.test(file))
          assert.doesNotMatch(file, /\.test\.|fixture|__snapshots__/, short);
      }
    }
  });

  it("can be published: public, without scripts, with sibling packages in exactly the same version", () => {
    for (const short of PUBLISHED) {
      const manifest = manifestOf(short);
      assert.equal(manifest.version, version);
      assert.deepEqual(manifest.engines, { node: ">=24" });
      for (const field of ["private", "scripts", "devDependencies"]) assert.equal(manifest[field], undefined);
      for (const [name, wanted] of Object.entries(manifest.dependencies ?? {}))
        if (name.startsWith("@lambda-express-api/")) assert.equal(wanted, version, name);
    }
  });

  it("export every name that owners' files import", () => {
    const sources = globSync([
      "scripts/{owners-edits,projects}/**/*.ts",
      "examples/*/{*,{src,test,local}/**/*}.ts",
    ]);
    const imported = sources.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/ from "@lambda-express-api\/(\w+)(\/[^"]+)?";/g)].map(
        ([, short = "", module = ""]) => ({ file, short, module: `.${module}` }),
      ),
    );
    assert.ok(imported.length > 5);
    for (const { file, short, module } of imported)
      assert.ok(module in manifestOf(short).exports, `${file} imports ${short}, ${module}`);
  });

  it("have a file for each exported name, and no other modules", () => {
    for (const short of PUBLISHED) {
      const { exports, bin = {} } = manifestOf(short);
      for (const [name, entry] of Object.entries<string | { types: string; default: string }>(exports)) {
        assert.doesNotMatch(name, /\*/);
        const paths = typeof entry === "string" ? [entry] : [entry.types, entry.default];
        for (const path of paths) assert.ok(existsSync(join(out, short, path)), `${short} ${name}: ${path}`);
      }
      for (const path of Object.values<string>(bin)) assert.ok(existsSync(join(out, short, path)), path);
    }
    assert.equal(manifestOf("kit").exports["./route/handle-route.ts"], undefined);
  });

  it("have a change log whose links work outside this repository", () => {
    for (const short of PUBLISHED)
      assert.doesNotMatch(readFileSync(join(out, short, "CHANGELOG.md"), "utf8"), /\]\((?!https:)/, short);
  });

  it("have guides whose links work in a project", () => {
    const guides = join(out, "kit/guides");
    for (const page of globSync("*.md", { cwd: guides })) {
      const links = readFileSync(join(guides, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g);
      for (const [, link = ""] of links) assert.ok(existsSync(join(guides, link)), `${page}: ${link}`);
    }
  });

  it("have a page of their exports, with the start of each docstring", () => {
    const page = readFileSync(join(out, "kit/docs/api.md"), "utf8");
    assert.match(page, /^## `@lambda-express-api\/kit\/testing`$/m);
    assert.match(page, /^### `defineApi`\n\nDefines an API\.\n\n```ts\nfunction defineApi</m);
    assert.match(
      readFileSync(join(out, "infra/docs/api.md"), "utf8"),
      /^### `LambdaApi`\n[\s\S]*?class LambdaApi extends \$util\.ComponentResource/m,
    );
  });
});

it("the packages' programs are executable in git, so that an install does not change a clone", () => {
  const programs = PUBLISHED.flatMap((short) => {
    const { bin = {} } = JSON.parse(readFileSync(`packages/${short}/package.json`, "utf8"));
    return Object.values<string>(bin).map((file) => join("packages", short, file));
  });
  assert.ok(programs.length > 0);
  const listed = execFileSync("git", ["ls-files", "--stage", ...programs], { encoding: "utf8" });
  const modes = listed
    .trim()
    .split("\n")
    .map((line) => line.slice(0, 6));
  assert.deepEqual(
    modes,
    programs.map(() => "100755"),
  );
});

describe("packing", () => {
  it("refuses a package that is not published", () => {
    assert.throws(
      () => packPackages(join(temporary, "none"), ["api"]),
      (error) => {
        assert.ok(error instanceof PackError);
        assert.match(error.message, /^api is not published; the packages are gateway, kit, /);
        return true;
      },
    );
  });

  it("finds files that would fail or should not exist outside this repository", () => {
    const folder = join(temporary, "bad");
    const put = (file: string, content: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    };
    put(
      "dist/good.js",
      'import "known";\nimport "./good.js";\nconst text = `import "unknown";`;\n' +
        "const sentence = 'write import { a } from \"./unknown.js\"';\n",
    );
    put("dist/good.d.ts", 'export type { Known } from "known/types";\n');
    assert.deepEqual(packageFaults(folder, { name: "bad", dependencies: { known: "1" } }), []);

    put("dist/a.test.js", "");
    put("dist/map.js", "//# sourceMappingURL=map.js.map\n");
    put("dist/path.js", `const root = "${process.cwd()}";\n`);
    put("dist/program.js", 'new URL("./worker.ts", import.meta.url);\n');
    put("dist/relative.js", 'import "./gone.js";\n');
    put("dist/unknown.js", 'await import("unknown");\n');
    put("dist/untyped.d.ts", 'import type { Express } from "express";\n');
    const faults = packageFaults(folder, { name: "bad", dependencies: { known: "1", express: "5" } });
    assert.deepEqual(faults.sort(), [
      "bad: dist/a.test.js is a test",
      "bad: dist/map.js names a source map",
      "bad: dist/path.js has a path of this machine",
      'bad: dist/program.js looks for a source that is not published: new URL("./worker.ts", import.meta.url);',
      "bad: dist/relative.js imports ./gone.js, which is not published",
      "bad: dist/unknown.js imports unknown, which its package.json does not name",
      "bad: dist/untyped.d.ts has types of express, so @types/express must be a dependency",
    ]);
  });
});
