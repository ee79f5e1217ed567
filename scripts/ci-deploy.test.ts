import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

const REPOSITORY = join(import.meta.dirname, "..");
const SCRIPT = join(REPOSITORY, ".ci/deploy");
const API = `import { anyone, defineApi, defineRoute } from "@lambda-express-api/kit";
const health = defineRoute({
  operationId: "getHealth", method: "GET", path: "/up", summary: "Health.", role: "health",
  responses: () => ({ 204: { description: "Up." } }),
}).handler(anyone(() => ({ status: 204 })));
export const api = defineApi({
  name: "written", version: "1.0.0", description: "Of a test.", routes: { "GET /up": async () => health },
});
`;

describe(".ci/deploy, with stand-ins for npm and curl", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "ci-deploy-"));
    for (const folder of [".ci", ".sst", "bin", "packages/api/src"])
      mkdirSync(join(root, folder), { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
    writeFileSync(join(root, "package.json"), '{ "type": "module" }');
    writeFileSync(join(root, "packages/api/src/api.ts"), API);
    cpSync(SCRIPT, join(root, ".ci/deploy"));
    writeFileSync(join(root, ".sst/outputs.json"), '{"url":"https://a.example.com/mvp"}');
    for (const command of ["npm", "curl"]) {
      const file = join(root, "bin", command);
      writeFileSync(file, `#!/bin/sh\necho "${command} $*" >> calls\ntest "$FAILING" != "$2"\n`);
      chmodSync(file, 0o755);
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function deploy(environment: Readonly<Record<string, string>>, ...args: string[]) {
    const output = join(root, "output");
    writeFileSync(output, "");
    const { status, stderr } = spawnSync(join(root, ".ci/deploy"), args, {
      encoding: "utf8",
      env: {
        PATH: [join(root, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
        GITHUB_OUTPUT: output,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...environment,
      },
    });
    const calls = existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8") : "";
    return {
      status,
      stderr,
      output: readFileSync(output, "utf8"),
      calls: calls
        .trim()
        .replace(/^curl .* /m, "curl ")
        .split("\n"),
    };
  }
  const demo = (stage: string, url: string, ...flags: string[]) =>
    [`curl ${url}/up`, ["npm run demo -- --stage", stage, "--url", url, ...flags].join(" ")] as const;

  it("deploys with the given settings, and runs the demo at the deployment's address", () => {
    const { status, output, calls } = deploy({ STAGE_SETTINGS: "A=1\nB=2", DEMO_PASSWORD: "x" }, "staging");
    assert.equal(status, 0);
    assert.equal(readFileSync(join(root, ".env.staging"), "utf8"), "A=1\nB=2\n");
    assert.deepEqual(calls, [
      "npm run deploy -- --stage staging",
      ...demo("staging", "https://a.example.com/mvp"),
    ]);
    assert.equal(output, "url=https://a.example.com/mvp\n");
  });

  for (const [source, settings, stages] of [
    ["the secret", 'CODE_DELIVERY = "pipeline" # here', {}],
    ["stages.ts", "A=1", { dev: { CODE_DELIVERY: "pipeline" } }],
  ] as const)
    it(`releases instead of deploying if CODE_DELIVERY is pipeline in ${source}`, () => {
      writeFileSync(join(root, "stages.ts"), `export const stages = ${JSON.stringify(stages)};`);
      const API_URL = "https://b.example.com";
      const { calls } = deploy({ STAGE_SETTINGS: settings, DEMO_PASSWORD: "x", API_URL }, "dev");
      assert.deepEqual(calls, ["npm run release -- --stage dev", ...demo("dev", API_URL)]);
    });

  it("deploys nothing if it cannot read CODE_DELIVERY", () => {
    const { status, stderr, calls } = deploy({ STAGE_SETTINGS: "CODE_DELIVERY=ftp" }, "dev");
    assert.equal(status, 1);
    assert.deepEqual(calls, [""]);
    assert.match(stderr, /CODE_DELIVERY.*"ftp".*sst or pipeline/);
  });

  it("releases nothing before it knows the stage's address", () => {
    const { status, stderr, calls } = deploy({ STAGE_SETTINGS: "CODE_DELIVERY=pipeline" }, "pr-7");
    assert.equal(status, 1);
    assert.deepEqual(calls, [""]);
    assert.match(
      stderr,
      /API_URL: is required if CODE_DELIVERY is pipeline, e\.g\. API_URL=https:\S+; use CODE_DELIVERY=sst for a preview/,
    );
  });

  for (const [what, outputs] of [
    ["no outputs", undefined],
    ["outputs without an address", "{}"],
    ["outputs that cannot be read", "{"],
  ] as const)
    it(`reports a deployment that leaves ${what}`, () => {
      const file = join(root, ".sst/outputs.json");
      if (outputs === undefined) rmSync(file);
      else writeFileSync(file, outputs);
      const { status, stderr, output, calls } = deploy({ STAGE_SETTINGS: "A=1" }, "dev");
      assert.equal(status, 1);
      assert.match(stderr.trimEnd(), /^[^\n]* url: [^\n]*\.sst\/outputs\.json[^\n]* API_URL=https:\S+$/);
      assert.equal(output, "");
      assert.deepEqual(calls, ["npm run deploy -- --stage dev"]);
    });

  it("makes only the anonymous calls if it has no demo callers", () => {
    const { calls } = deploy({ STAGE_SETTINGS: "A=1", DEMO_PASSWORD: "" }, "dev");
    assert.deepEqual(calls.slice(1), demo("dev", "https://a.example.com/mvp", "--anonymous"));
  });

  it("does not overwrite settings that were written by hand, and deploys nothing", () => {
    writeFileSync(join(root, ".env.dev"), "MINE=1\n");
    const { status, calls } = deploy({ STAGE_SETTINGS: "A=1" }, "dev");
    assert.notEqual(status, 0);
    assert.deepEqual(calls, [""]);
    assert.equal(readFileSync(join(root, ".env.dev"), "utf8"), "MINE=1\n");
  });

  for (const step of ["deploy", "demo"])
    it(`fails when the ${step} fails`, () => {
      const { status, calls } = deploy({ STAGE_SETTINGS: "A=1", FAILING: step }, "dev");
      assert.equal(status, 1);
      assert.match(calls.at(-1) ?? "", new RegExp(`^npm run ${step} `));
    });

  it("says which stage it needs", () => {
    const { status, stderr } = deploy({});
    assert.equal(status, 1);
    assert.match(stderr, /the stage is missing, e\.g\. \.ci\/deploy staging/);
  });
});
