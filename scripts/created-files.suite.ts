/** Tests the files that `npm run create` makes from this repository's app, in every variant. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CreateOptions, DELIVERIES, IDENTITIES } from "../packages/create/src/options.ts";
import { GENERATED, projectFiles } from "../packages/create/src/project-files.ts";

const NAMES = ["build", "delivery", "gateway", "infra", "kit", "local"];
/** Stand-ins for the packed archives, by name. */
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
    describe(`for ${identity}, delivery ${delivery}${demo ? ", with the demo's messages" : ""}`, () => {
      const files = projectFiles(variant, packages);
      const text = [...files.values()].join("\n");

      it("has at most 45 files and 1,500 lines, without generated ones", () => {
        const own = [...files].filter(([file]) => !GENERATED.includes(file));
        const lines = own.reduce((sum, [, content]) => sum + content.split("\n").length, 0);
        assert.ok(own.length <= 45, `${own.length} files`);
        assert.ok(lines <= 1500, `${lines} lines`);
      });

      it("has the starter's name only in the names of the kit's packages", () => {
        const names = new RegExp(
          `@lambda-express-api(/(${NAMES.join("|")})\\b)?|lambda-express-api-(${NAMES.join("|")})-`,
          "g",
        );
        for (const [file, content] of files) {
          // The kit's command in scripts, and its archives in `vendor`.
          const command =
            file === "package.json" ? /\blambda-express-api (?=\w)/g : /\.bin\/lambda-express-api\b/g;
          const rest = content.replaceAll(command, "");
          assert.doesNotMatch(rest.replaceAll(names, ""), /lambda-express-api/i, file);
          assert.doesNotMatch(content, /packages\/|\{\{\w+\}\}/, file);
        }
      });

      it("has health, the caller, the admin listing, the docs and the demo", () => {
        for (const route of ["manage/get-health", "users/who-am-i", "admin/list-endpoints"])
          assert.ok(files.has(`src/routes/${route}.ts`), route);
        assert.match(files.get("src/api.ts") ?? "", /docsRoutes\(/);
        assert.ok(files.has("src/demo.ts"));
      });

      it("has token endpoints, and a demo that uses them", () => {
        assert.ok(files.has("src/routes/auth/create-token.ts"));
        assert.match(files.get("src/routes/routes.ts") ?? "", /auth\/create-token/);
        assert.match(files.get("src/demo.ts") ?? "", /createToken\.path/);
      });

      it("has example settings that name the provider", () => {
        assert.match(files.get(".env.example") ?? "", new RegExp(`^IDENTITY_PROVIDER=${identity}$`, "m"));
      });

      it("starts with a local identity provider of its own kind", () => {
        const { scripts } = JSON.parse(files.get("package.json") ?? "");
        const dress = identity === "firebase" ? "" : ` --identity ${identity}`;
        assert.equal(scripts.start, `lambda-express-api start${dress}`);
        assert.equal(scripts.dev, `lambda-express-api dev${dress}`);
      });

      it(`has ${demo ? "the original's messages" : "plain messages"}`, () => {
        assert.equal(/sexy/.test(text), demo);
        assert.equal(/can access this endpoint/.test(text), demo);
      });

      it(`${delivery === "none" ? "has no files" : "has the files"} for delivery`, () => {
        assert.equal(/delivery/i.test(text), delivery !== "none");
        assert.equal(files.has(".github/workflows/deploy.yml"), delivery === "github");
        assert.equal(files.has("pipeline/sst.config.ts"), delivery === "codepipeline");
      });

      it("depends on the packages in vendor, and has no overrides", () => {
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
