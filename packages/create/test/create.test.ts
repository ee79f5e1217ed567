import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CreateError } from "../src/create-project.ts";
import { type CreateOptions, DELIVERIES, IDENTITIES, readOptions } from "../src/options.ts";
import { projectFiles } from "../src/project-files.ts";

const NAMES = ["build", "delivery", "gateway", "infra", "kit", "local"];
/** Stand-ins for the packed archives, by name. */
const packages = new Map(NAMES.map((name) => [`lambda-express-api-${name}-0.1.0.tgz`, Buffer.alloc(0)]));

/** A repository with one line of each kind that a project changes. */
const REPOSITORY = {
  "package.json": JSON.stringify({
    version: "0.1.0",
    devDependencies: { "@biomejs/biome": "1", "@types/node": "1", sst: "1", typescript: "1" },
  }),
  "biome.json": "{}",
  ".ci/deploy": 'node_modules/.bin/lambda-express-api code-delivery --api "packages/api"',
  ".ci/pin-base-image": "",
  ".github/workflows/base-image.yml": "",
  ".github/workflows/deploy.yml": "",
  "packages/delivery/examples/github/sst.config.ts": "",
  "packages/delivery/examples/pipeline/sst.config.ts": "",
  "stages.ts": "",
  "infra.ts": "",
  "sst.config.ts": `name: "lambda-express-api",
const { api } = await import("./packages/api/src/api.ts");
const infra = await import("./packages/infra/src/components/index.ts");
infra.apiCode({ folder: "packages/api" });`,
  "packages/kit/package.json": JSON.stringify({ devDependencies: { "fast-check": "1" } }),
  "packages/api/package.json": JSON.stringify({
    dependencies: { express: "1" },
    devDependencies: { "@types/express": "1", "@types/supertest": "1", supertest: "1" },
  }),
  "packages/api/src/api.ts": 'import "@lambda-express-api/kit";\nname: "lambda-express-api",',
  "packages/api/src/local.ts": 'mappingKey: "express",',
  "packages/api/src/routes/manage/get-health.ts":
    '// packages/api/src/api.ts\nstatus: "I\'m sexy and I know It",',
  "packages/api/test/deployment.test.ts": "deploymentSuite({ api });",
};

describe("a new project", () => {
  let repository: string;
  before(() => {
    repository = mkdtempSync(join(tmpdir(), "create-from-"));
    for (const [file, content] of Object.entries(REPOSITORY)) {
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      writeFileSync(join(repository, file), content);
    }
  });
  after(() => rmSync(repository, { recursive: true }));

  const create = (more: Partial<CreateOptions> = {}, kept: ReadonlyMap<string, Buffer> = packages) =>
    projectFiles(
      {
        folder: "/nowhere",
        name: "orders-api",
        identity: "firebase",
        delivery: "none",
        demo: false,
        install: false,
        ...more,
      },
      kept,
      repository,
    );
  const manifestOf = (files: ReadonlyMap<string, string>) => JSON.parse(files.get("package.json") ?? "");

  it("has the app's files under its own name and paths, with the kit as packages", () => {
    const files = create();
    assert.equal(files.get("src/api.ts"), 'import "@lambda-express-api/kit";\nname: "orders-api",');
    assert.equal(files.get("src/local.ts"), 'mappingKey: "orders-api",');
    assert.equal(
      files.get("sst.config.ts"),
      `name: "orders-api",
const { api } = await import("./src/api.ts");
const infra = await import("@lambda-express-api/infra/components/index.ts");
infra.apiCode({ folder: "." });`,
    );
  });

  it("copies the kit's archives into its image only if it keeps them", () => {
    assert.match(create().get("Dockerfile") ?? "", /^COPY vendor vendor$/m);
    const files = create({}, new Map());
    assert.doesNotMatch(files.get("Dockerfile") ?? "", /vendor/);
    assert.equal(manifestOf(files).dependencies["@lambda-express-api/kit"], "0.1.0");
  });

  it("tests its deployment with a separate command", () => {
    const files = create();
    assert.ok(files.has("test/deployment.suite.ts") && !files.has("test/deployment.test.ts"));
    assert.match(manifestOf(files).scripts["test:deployment"], /test\/deployment\.suite\.ts$/);
  });

  it("has plain messages, or the original's with --demo", () => {
    const health = "src/routes/manage/get-health.ts";
    assert.equal(create().get(health), '// src/api.ts\nstatus: "up",');
    assert.match(create({ demo: true }).get(health) ?? "", /"I'm sexy and I know It"/);
  });

  for (const identity of IDENTITIES)
    it(`for ${identity} has example settings, and starts with a local provider of the same kind`, () => {
      const files = create({ identity });
      assert.match(files.get(".env.example") ?? "", new RegExp(`^IDENTITY_PROVIDER=${identity}$`, "m"));
      const dress = identity === "firebase" ? "" : ` --identity ${identity}`;
      const { scripts } = manifestOf(files);
      assert.equal(scripts.start, `lambda-express-api start${dress}`);
      assert.equal(scripts.dev, `lambda-express-api dev${dress}`);
    });

  it("has a command that formats, and npm does not warn of install scripts", () => {
    const { scripts, allowScripts } = manifestOf(create());
    assert.equal(scripts.format, "biome check --write");
    assert.deepEqual(allowScripts, { esbuild: false });
  });

  for (const identity of IDENTITIES)
    for (const delivery of DELIVERIES)
      it(`for ${identity} with delivery ${delivery} lists all guides in its README, except those of other choices`, () => {
        const listed = [
          ...(create({ identity, delivery }).get("README.md") ?? "").matchAll(/guides\/([\w-]+)\.md/g),
        ];
        const foreign = [
          ...IDENTITIES.filter((other) => other !== identity),
          ...(delivery === "github" ? [] : ["github-actions"]),
          ...(delivery === "codepipeline" ? [] : ["codepipeline"]),
          ...(delivery === "none" ? ["release", "roll-back"] : []),
        ];
        const guides = readdirSync(join(import.meta.dirname, "../../../docs/guides"));
        assert.deepEqual(
          listed.map(([, guide]) => guide).sort(),
          guides
            .map((file) => file.replace(".md", ""))
            .filter((guide) => !foreign.includes(guide))
            .sort(),
        );
      });

  for (const delivery of DELIVERIES)
    it(`with delivery ${delivery} has its files, and depends on its packages`, () => {
      const files = create({ delivery });
      assert.equal(files.has(".github/workflows/deploy.yml"), delivery === "github");
      assert.equal(files.has(".github/workflows/base-image.yml"), delivery === "github");
      assert.equal(files.has("roles/sst.config.ts"), delivery === "github");
      assert.equal(files.has("pipeline/sst.config.ts"), delivery === "codepipeline");
      assert.equal(files.has(".ci/run"), delivery !== "none");
      assert.equal(
        files.get(".ci/deploy"),
        delivery === "github" ? 'node_modules/.bin/lambda-express-api code-delivery --api "."' : undefined,
      );
      const readme = files.get("README.md") ?? "";
      assert.equal(readme.includes("guides/github-actions.md"), delivery === "github");
      assert.equal(readme.includes("guides/codepipeline.md"), delivery === "codepipeline");
      assert.equal(readme.includes("guides/release.md"), delivery !== "none");
      const { scripts, dependencies, devDependencies, ...manifest } = manifestOf(files);
      assert.equal("release" in scripts, delivery !== "none");
      assert.equal("overrides" in manifest, false);
      const sources = Object.entries<string>({ ...dependencies, ...devDependencies })
        .filter(([name]) => name.startsWith("@lambda-express-api/"))
        .map(([, source]) => source.replace("file:vendor/", ""));
      assert.equal(sources.length, delivery === "none" ? 5 : 6);
      for (const source of sources) assert.ok(packages.has(source), source);
    });
});

describe("a project without delivery, made from this repository's app,", () => {
  it("does not mention delivery in files, packages or texts", () => {
    const options = { folder: "/nowhere", name: "orders-api", identity: "firebase" } as const;
    const files = projectFiles({ ...options, delivery: "none", demo: false, install: false }, packages);
    const words = /delivery|\breleas(e|es|ed|ing)\b|roll(s|ed)? ?back|canary|code ?deploy|pipeline|github/i;
    for (const [file, content] of files) assert.doesNotMatch(`${file}\n${content}`, words, file);
  });
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
  /** Runs the program, which writes nothing after an early refusal. */
  const run = (args: readonly string[], flags: readonly string[] = []) => {
    const program = join(import.meta.dirname, "../bin.js");
    const environment = { ...process.env, INIT_CWD: folder };
    const options = { cwd: folder, encoding: "utf8", env: environment } as const;
    return spawnSync(process.execPath, [...flags, program, ...args], options);
  };

  it("names the project after its folder or --name", () => {
    assert.equal(read("orders-api").name, "orders-api");
    assert.equal(read("orders-api").folder, join(folder, "orders-api"));
    assert.equal(read("a", "--name", "b-api").name, "b-api");
  });

  for (const [title, args, sentence] of [
    ["no folder", [], /Enter one folder/],
    ["two folders", ["a", "b"], /Enter one folder/],
    ["an unknown option", ["a", "--nmae", "b"], /Cannot read "a --nmae b"/],
    [
      "a name that Lambda would refuse",
      ["a", "--name", "Orders_API"],
      /"Orders_API" is not a valid API name/,
    ],
    ["a name that is too long", ["a", "--name", "a".repeat(41)], /at most 40/],
    ["a name of digits", ["123"], /start with a lower-case letter/],
    ["a name with a space", ["a", "--name", "orders api"], /"orders api" is not a valid API name/],
    ["a name with two hyphens in a row", ["a", "--name", "orders--api"], /single hyphens between them/],
    ["a name that ends with a hyphen", ["a", "--name", "orders-"], /single hyphens between them/],
    [
      "an unknown provider",
      ["a", "--identity", "okta"],
      /--identity is "okta"; use one of firebase, cognito/,
    ],
    ["an unknown delivery", ["a", "--delivery", "ftp"], /--delivery is "ftp"/],
    ["a file", ["taken", "--name", "b"], /already exists/],
    ["a folder that is not empty", [".", "--name", "b"], /already exists/],
  ] as const) {
    it(`refuses ${title} with a clear message, and writes nothing`, () => {
      assert.throws(
        () => read(...args),
        (error) => {
          assert.ok(error instanceof CreateError);
          assert.match(error.message, sentence);
          // An unknown option prints all options.
          if (!error.message.startsWith("Cannot read")) assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
      assert.deepEqual(readdirSync(folder), ["taken"]);
    });
  }

  it("prints its options for --help, and the same text for an unknown option", () => {
    for (const flag of ["--help", "-h"]) {
      const { status, stdout, stderr } = run([flag]);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /^npm run create -- \.\.\/my-api \[options\]\n[\s\S]* {2}--no-install /);
      const refused = run(["a", "--nmae", "b"]);
      assert.deepEqual([refused.status, refused.stdout], [1, ""]);
      assert.equal(refused.stderr, `Cannot read "a --nmae b"; write: ${stdout}`);
    }
  });

  it("refuses a folder that cannot be written, before it packs anything", () => {
    const { status, stdout, stderr } = run(["taken/orders-api"]);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.equal(
      stderr,
      `Cannot write to ${join(folder, "taken/orders-api")} (ENOTDIR); use a folder that you can write to, for example ../my-api.\n`,
    );
  });

  for (const version of ["20.20.2", "22.0.0"])
    it(`refuses an older Node with a clear message before it loads the program (version ${version}, faked)`, () => {
      const older = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
      const preload = `data:text/javascript,${encodeURIComponent(older)}`;
      const { status, stdout, stderr } = run(["orders-api"], ["--import", preload]);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(
        stderr,
        /^create-lambda-express-api requires Node 24 or later, but this is Node 2\d\.\d+\.\d; [^\n]+\n$/,
      );
      assert.deepEqual(readdirSync(folder), ["taken"]);
    });
});
