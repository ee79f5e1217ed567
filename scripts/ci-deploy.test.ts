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
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

const SCRIPT = join(import.meta.dirname, "../.ci/deploy");

describe(".ci/deploy, with stand-ins for npm, curl and the program that prints the health path", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "ci-deploy-"));
    for (const folder of [".ci", ".sst", "bin", "packages/delivery/src"])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(
      join(root, "packages/delivery/src/health-path.ts"),
      'if (process.argv[2] === "--api" && process.argv[3] === "packages/api") console.log("/up");\n',
    );
    cpSync(SCRIPT, join(root, ".ci/deploy"));
    writeFileSync(join(root, ".sst/outputs.json"), '{"url":"https://a.example.com/mvp"}');
    for (const command of ["npm", "curl"]) {
      const file = join(root, "bin", command);
      writeFileSync(
        file,
        `#!/bin/sh\necho "${command} $*\${AUTH_ENDPOINTS:+ AUTH_ENDPOINTS=$AUTH_ENDPOINTS}" >> calls\ntest "$FAILING" != "$2"\n`,
      );
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
  const demo = (url: string, ...flags: string[]) =>
    [`curl ${url}/up`, ["npm run demo -- --url", url, ...flags].join(" ")] as const;

  it("deploys with the given settings, and runs the demo at the deployment's address", () => {
    const { status, output, calls } = deploy({ STAGE_SETTINGS: "A=1\nB=2", DEMO_PASSWORD: "x" }, "staging");
    assert.equal(status, 0);
    assert.equal(readFileSync(join(root, ".env.staging"), "utf8"), "A=1\nB=2\n");
    assert.deepEqual(calls, ["npm run deploy -- --stage staging", ...demo("https://a.example.com/mvp")]);
    assert.equal(output, "url=https://a.example.com/mvp\n");
  });

  it("releases instead of deploying if CODE_DELIVERY is pipeline", () => {
    for (const settings of ["CODE_DELIVERY=pipeline", 'CODE_DELIVERY = "pipeline" # here']) {
      rmSync(join(root, "calls"), { force: true });
      rmSync(join(root, ".env.dev"), { force: true });
      const API_URL = "https://b.example.com";
      const { calls } = deploy({ STAGE_SETTINGS: settings, DEMO_PASSWORD: "x", API_URL }, "dev");
      assert.deepEqual(calls, ["npm run release -- --stage dev", ...demo(API_URL)]);
    }
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
    assert.deepEqual(calls.slice(1), demo("https://a.example.com/mvp", "--anonymous"));
    rmSync(join(root, ".env.dev"));
    const { calls: more } = deploy({ STAGE_SETTINGS: "AUTH_ENDPOINTS=off" }, "dev");
    assert.equal(more.at(-1), `${calls.at(-1)} AUTH_ENDPOINTS=off`);
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
