import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CreateError } from "../src/create-project.ts";
import { type CreateOptions, DELIVERIES, IDENTITIES, readOptions } from "../src/options.ts";
import { GENERATED, projectFiles } from "../src/project-files.ts";

const NAMES = ["build", "delivery", "gateway", "infra", "kit", "local"];
/** What packing would give, by the names of the archives. */
const packages = new Map(NAMES.map((name) => [`lambda-express-api-${name}-0.1.0.tgz`, Buffer.alloc(0)]));
const options = (more: Partial<CreateOptions> = {}): CreateOptions => ({
  folder: "/nowhere",
  name: "orders-api",
  identity: "firebase",
  delivery: "none",
  demo: false,
  install: false,
  ...more,
});

describe("a new project", () => {
  const variants = IDENTITIES.flatMap((identity) =>
    DELIVERIES.flatMap((delivery) => [true, false].map((demo) => options({ identity, delivery, demo }))),
  );

  for (const variant of variants) {
    const { identity, delivery, demo } = variant;
    describe(`for ${identity}, delivery ${delivery}${demo ? ", with the demo's sentences" : ""}`, () => {
      const files = projectFiles(variant, packages);
      const text = [...files.values()].join("\n");

      it("has at most 45 files and 1,500 lines, but for what npm run generate writes", () => {
        const own = [...files].filter(([file]) => !GENERATED.includes(file));
        const lines = own.reduce((sum, [, content]) => sum + content.split("\n").length, 0);
        assert.ok(own.length <= 45, `${own.length} files`);
        assert.ok(lines <= 1500, `${lines} lines`);
      });

      it("has the starter's name in the names of the kit's packages alone", () => {
        const names = new RegExp(
          `@lambda-express-api(/(${NAMES.join("|")})\\b)?|lambda-express-api-(${NAMES.join("|")})-`,
          "g",
        );
        for (const [file, content] of files) {
          // The kit's command in the scripts, and its archives in `vendor`.
          const rest =
            file === "package.json" ? content.replaceAll(/\blambda-express-api (?=\w)/g, "") : content;
          assert.doesNotMatch(rest.replaceAll(names, ""), /lambda-express-api/i, file);
          assert.doesNotMatch(content, /packages\/|(?<!\$)\{\{/, file);
        }
      });

      it("has health, the caller, the admin listing, the docs and the demo", () => {
        for (const route of ["manage/get-health", "users/who-am-i", "admin/list-endpoints"])
          assert.ok(files.has(`src/routes/${route}.ts`), route);
        assert.match(files.get("src/api.ts") ?? "", /docsRoutes\(/);
        assert.ok(files.has("src/demo.ts"));
      });

      it("has endpoints that exchange passwords for tokens, and a demo that asks them", () => {
        assert.ok(files.has("src/routes/auth/create-token.ts"));
        assert.match(files.get("src/routes/routes.ts") ?? "", /auth\/create-token/);
        assert.match(files.get("src/demo.ts") ?? "", /createToken\.path/);
      });

      it("has an example of a stage's settings that names the provider", () => {
        assert.match(files.get(".env.example") ?? "", new RegExp(`^IDENTITY_PROVIDER=${identity}$`, "m"));
      });

      it("starts with a local identity provider in the dress of its own", () => {
        const { scripts } = JSON.parse(files.get("package.json") ?? "");
        const dress = identity === "firebase" ? "" : ` --identity ${identity}`;
        assert.equal(scripts.start, `lambda-express-api start${dress}`);
        assert.equal(scripts.dev, `lambda-express-api dev${dress}`);
      });

      it(`has ${demo ? "the original's sentences" : "plain sentences"}`, () => {
        assert.equal(/sexy/.test(text), demo);
        assert.equal(/can access this endpoint/.test(text), demo);
      });

      it(`${delivery === "none" ? "has nothing" : "has what it needs"} of delivery`, () => {
        assert.equal(/delivery/i.test(text), delivery !== "none");
        assert.equal(files.has(".github/workflows/deploy.yml"), delivery === "github");
        assert.equal(files.has("pipeline/sst.config.ts"), delivery === "codepipeline");
      });

      it("depends on the packages that it keeps, and overrides none", () => {
        const manifest = JSON.parse(files.get("package.json") ?? "");
        assert.equal("overrides" in manifest, false);
        const sources = Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies })
          .filter(([name]) => name.startsWith("@lambda-express-api/"))
          .map(([, source]) => source.replace("file:vendor/", ""));
        assert.equal(sources.length, delivery === "none" ? 5 : 6);
        for (const source of sources) assert.ok(packages.has(source), source);
      });
    });
  }
});

describe("the command line", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "create-"));
    writeFileSync(join(folder, "taken"), "");
  });
  after(() => rmSync(folder, { recursive: true }));
  const read = (...args: string[]) => {
    const options = readOptions(args, folder);
    assert.ok(options);
    return options;
  };
  /** The program itself, which writes nothing where it can say so at once. */
  const run = (args: readonly string[], flags: readonly string[] = []) => {
    const program = join(import.meta.dirname, "../bin.js");
    const environment = { ...process.env, INIT_CWD: folder };
    const options = { cwd: folder, encoding: "utf8", env: environment } as const;
    return spawnSync(process.execPath, [...flags, program, ...args], options);
  };

  it("names the project after its folder, or as --name says", () => {
    assert.equal(read("orders-api").name, "orders-api");
    assert.equal(read("orders-api").folder, join(folder, "orders-api"));
    assert.equal(read("a", "--name", "b-api").name, "b-api");
  });

  for (const [title, args, sentence] of [
    ["no folder", [], /Name one folder/],
    ["two folders", ["a", "b"], /Name one folder/],
    ["an unknown option", ["a", "--nmae", "b"], /Cannot read "a --nmae b"/],
    ["a name that Lambda would refuse", ["a", "--name", "Orders_API"], /"Orders_API" cannot be the name/],
    ["a name that is too long", ["a", "--name", "a".repeat(41)], /at most 40/],
    ["a name of digits", ["123"], /begin with a lower-case letter/],
    ["a name with a blank", ["a", "--name", "orders api"], /"orders api" cannot be the name/],
    ["a name with two hyphens in a row", ["a", "--name", "orders--api"], /single hyphens between them/],
    ["a name that ends with a hyphen", ["a", "--name", "orders-"], /single hyphens between them/],
    [
      "an unknown provider",
      ["a", "--identity", "okta"],
      /--identity is "okta"; it must be firebase, cognito/,
    ],
    ["an unknown delivery", ["a", "--delivery", "ftp"], /--delivery is "ftp"/],
    ["a file", ["taken", "--name", "b"], /exists already/],
    ["a folder that is not empty", [".", "--name", "b"], /exists already/],
  ] as const) {
    it(`refuses ${title} in a sentence, and writes nothing`, () => {
      assert.throws(
        () => read(...args),
        (error) => {
          assert.ok(error instanceof CreateError);
          assert.match(error.message, sentence);
          // An option that is not known is followed by all there are.
          if (!error.message.startsWith("Cannot read")) assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
      assert.deepEqual(readdirSync(folder), ["taken"]);
    });
  }

  it("tells its options on --help, and fails on an option that it does not have with the same text", () => {
    for (const flag of ["--help", "-h"]) {
      const { status, stdout, stderr } = run([flag]);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /^npm run create -- \.\.\/my-api \[options\]\n[\s\S]* {2}--no-install /);
      const refused = run(["a", "--nmae", "b"]);
      assert.deepEqual([refused.status, refused.stdout], [1, ""]);
      assert.equal(refused.stderr, `Cannot read "a --nmae b"; write: ${stdout}`);
    }
  });

  it("refuses a folder that cannot be written in a sentence, before it packs anything", () => {
    const { status, stdout, stderr } = run(["taken/orders-api"]);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.equal(
      stderr,
      `${join(folder, "taken/orders-api")} cannot be written (ENOTDIR); name a folder where you may write, for example ../my-api.\n`,
    );
  });

  for (const version of ["20.20.2", "22.0.0"])
    it(`refuses an older Node in one sentence, before it loads anything (version ${version} is stood in for)`, () => {
      const older = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
      const preload = `data:text/javascript,${encodeURIComponent(older)}`;
      const { status, stdout, stderr } = run(["orders-api"], ["--import", preload]);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(
        stderr,
        /^create-lambda-express-api needs Node 24 or later, and this is Node 2\d\.\d+\.\d; [^\n]+\n$/,
      );
      assert.deepEqual(readdirSync(folder), ["taken"]);
    });
});
