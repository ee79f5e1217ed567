// Releases against a stand-in for Lambda, S3 and CloudWatch on loopback, which runs what is uploaded.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { PermissionStatement } from "../../src/release/permissions.ts";
import {
  environment,
  permissions,
  placeholder,
  type Stage,
  type StageOptions,
  startStage,
} from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { type Files, smallApi } from "./small-api.ts";

const CANARY = { percent: 10, minutes: 5 };

describe("a release, at a stand-in for AWS", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createPackageRunner();
  });
  after(() => runner.close());

  async function withStage(run: (stage: Stage) => Promise<void>, options?: StageOptions): Promise<void> {
    const stage = await startStage(runner, options);
    try {
      await run(stage);
    } finally {
      await stage.close();
    }
  }

  it("gives all callers the new version, and says which, how long it took and how to go back", () =>
    withStage(async ({ release, aws }) => {
      const { lines, failure } = await release(smallApi("two"));
      assert.equal(failure, undefined);
      assert.deepEqual(
        lines.map((line) =>
          line
            .replace(/ {2,}/, " ")
            .replace(/\w{64}/, "<hash>")
            .replace(/\w{12}$/, "<start of hash>"),
        ),
        [
          "look callers are on version 2",
          "build 1 kB, code <start of hash>",
          "upload fixture-api-test-Api/<hash>.zip",
          "update the function holds the code",
          "publish version 3",
          "check version 3 answered 4 calls as it should",
          "move all callers get version 3",
          "Version 3 is live for all callers, 3 s after the start.",
          "To go back to version 2: npm run rollback -- --stage test",
        ],
      );
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      assert.deepEqual(aws.architectures, ["arm64"]);
    }));

  it("is the first one over a placeholder, to which nobody can go back", () =>
    withStage(
      async ({ release, rollback, aws }) => {
        const { lines, failure } = await release(smallApi("one"), { canary: CANARY });
        assert.equal(failure, undefined);
        assert.match(
          lines.join("\n"),
          /cannot go back to version 1: GET \/v1\/health answered 503 and not 200/,
        );
        assert.match(lines.join("\n"), /Version 1 is nothing to fall back to: no canary/);
        assert.equal(aws.alias.version, "2");
        assert.match((await rollback()).failure ?? "", /There is no release before version 2/);
        assert.equal(aws.alias.version, "2");
      },
      { versions: [placeholder], alias: { version: "1", description: "" } },
    ));

  it("of a stage that was never released by this command lets one go back to what was there", () =>
    withStage(
      async ({ release, rollback, aws }) => {
        await release(smallApi("two"));
        assert.equal(aws.alias.version, "3");
        assert.equal((await rollback()).failure, undefined);
        assert.equal(aws.alias.version, "2");
      },
      { alias: { version: "2", description: "Moved by hand" } },
    ));

  it("brings nothing when all callers have this code", () =>
    withStage(async ({ release, aws }) => {
      await release({ ...smallApi("two"), "release.json": '{"commit":"a"}' });
      const before = aws.calls.length;
      const { lines } = await release({ ...smallApi("two"), "release.json": '{"commit":"b"}' });
      assert.match(lines.join("\n"), /Version 3 is this code, and all callers have it: nothing to release/);
      const actions = aws.calls.slice(before).map(({ action }) => action);
      assert.ok(
        !actions.includes("s3:PutObject") && !actions.includes("lambda:UpdateFunctionCode"),
        actions.join(),
      );
      assert.deepEqual([...aws.objects.keys()].length, 1);
    }));

  it("of code that was taken back says so", () =>
    withStage(async ({ release, rollback, aws }) => {
      const said = /^Version 3 was taken back before, and this is the same code\.$/m;
      assert.doesNotMatch((await release(smallApi("two"))).lines.join("\n"), said);
      await rollback();
      const { lines, failure } = await release(smallApi("two"));
      assert.equal(failure, undefined);
      assert.match(lines.join("\n"), said);
      assert.equal(aws.alias.version, "3");
    }));

  it("publishes unchanged code again when its configuration was changed", () =>
    withStage(async ({ release, aws }) => {
      await release(smallApi("two"));
      const configured = aws.configure({ ...environmentWith("CORS_ALLOW_ORIGINS", "https://example.com") });
      assert.equal(aws.alias.version, "3");
      const { failure } = await release(smallApi("two"));
      assert.equal(failure, undefined);
      assert.equal(aws.alias.version, configured);
      assert.equal(aws.calls.filter(({ action }) => action === "s3:PutObject").length, 1);
    }));

  it("that is rehearsed says what it would do, and changes nothing", () =>
    withStage(async ({ release, aws }) => {
      const { lines, failure } = await release(smallApi("two"), { dryRun: true, canary: CANARY });
      assert.equal(failure, undefined);
      assert.match(lines.join("\n"), /Would upload 1 kB/);
      assert.match(lines.join("\n"), /give it 10 % of the calls of version 2 for 5 min/);
      assert.deepEqual(
        [...new Set(aws.calls.map(({ action }) => action))],
        ["lambda:GetAlias", "s3:GetObject", "lambda:GetFunctionConfiguration"],
      );
    }));

  const broken: [title: string, files: Files, sentence: RegExp][] = [
    [
      "that cannot be loaded",
      { "bundle.mjs": 'throw new Error("no such module");\n' },
      /not fit for callers: GET \/v1\/health failed, Error: no such module/,
    ],
    [
      "that answers 500",
      { "bundle.mjs": "export const handler = async () => ({ statusCode: 500 });\n" },
      /GET \/v1\/health answered 500 and not 200/,
    ],
    [
      "that lets anybody into a private endpoint",
      { "bundle.mjs": "export const handler = async () => ({ statusCode: 200 });\n" },
      /GET \/v1\/\S+ without a token answered 200 and not 401/,
    ],
    [
      "that lets a caller in who is in none of the groups",
      {
        "bundle.mjs": `export const handler = async ({ requestContext: { authorizer, http } }) =>
          ({ statusCode: authorizer || http.path.endsWith("/health") ? 200 : 401 });\n`,
      },
      /as a member of no group answered 200 and not 403/,
    ],
    [
      "that lets nobody in",
      {
        "bundle.mjs": `export const handler = async ({ requestContext: { http } }) =>
          ({ statusCode: http.path.endsWith("/health") ? 200 : 401 });\n`,
      },
      /as a member of no group answered 401 and not 403/,
    ],
    [
      "that answers what is no answer",
      { "bundle.mjs": 'export const handler = async () => "fine";\n' },
      /what is no answer of an HTTP API/,
    ],
  ];
  for (const [title, files, sentence] of broken) {
    it(`of code ${title} leaves callers where they are, and says why, also the second time`, () =>
      withStage(async ({ release, aws, broken }) => {
        broken.add("3");
        for (const canary of [undefined, CANARY]) {
          const { failure = "" } = await release(files, { canary });
          assert.match(failure, /^It stopped at "check": Version 3 is/);
          assert.match(failure, sentence);
          assert.match(failure, /\nCallers are on version 2\.$/);
        }
        assert.deepEqual(aws.versions(), ["1", "2", "3"]);
        const { failure } = await release(smallApi("mended"));
        assert.equal(failure, undefined);
        assert.equal(aws.alias.version, "4");
      }));
  }

  it("whose function could not start in its environment says which variable is wrong", () =>
    withStage(async ({ release, aws, broken }) => {
      aws.configure({ RUNTIME: "LAMBDA" });
      broken.add("3");
      const { failure = "" } = await release(smallApi("two"));
      assert.match(failure, /its environment is wrong, JWT_ISSUER is not set/);
    }));

  it("of a stage that is not deployed says so", () =>
    withStage(
      async ({ release }) => {
        const { failure } = await release(smallApi("two"), {
          functionName: "fixture-api-nowhere-Api",
        });
        assert.match(
          failure ?? "",
          /^It stopped at "look": There is no fixture-api-nowhere-Api:latest in this region and account; deploy/,
        );
      },
      { permissions: [{ ...permissions[0], resources: ["*"] } as PermissionStatement] },
    ));

  describe("by canary", () => {
    it("gives some callers the new version, and all of them when no call of it failed", () =>
      withStage(async ({ release, aws }) => {
        aws.setTraffic("3", { calls: 120, errors: 0 });
        const seen: unknown[] = [];
        const { lines, failure } = await release(smallApi("two"), {
          canary: CANARY,
          onTime: () => seen.push({ ...aws.alias.weights }),
        });
        assert.equal(failure, undefined);
        assert.deepEqual(seen.at(-1), { 3: 0.1 });
        assert.match(lines.join("\n"), /canary {3}5 of 5 min: version 3 had 120 calls, 0 failed/);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      }));

    it("falls back by itself when calls of the new version fail", () =>
      withStage(async ({ release, aws }) => {
        const { failure = "", lines } = await release(smallApi("two"), {
          canary: CANARY,
          onTime: () => aws.setTraffic("3", { calls: 40, errors: 2 }),
        });
        assert.match(
          failure,
          /It stopped at "canary": 2 of 40 calls of version 3 failed\.\nCallers are on version 2\./,
        );
        assert.match(lines.join("\n"), /fell back to version 2/);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
      }));

    it("looks once more when CloudWatch has caught up with its last minute", () =>
      withStage(async ({ release, aws }) => {
        const { failure = "" } = await release(smallApi("two"), {
          canary: CANARY,
          onTime: (minutes) => minutes > 5.5 && aws.setTraffic("3", { calls: 40, errors: 1 }),
        });
        assert.match(failure, /1 of 40 calls of version 3 failed\.\nCallers are on version 2\./);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
      }));

    it("that nobody called says that it proves nothing", () =>
      withStage(async ({ release, aws }) => {
        const { lines, failure } = await release(smallApi("two"), { canary: CANARY });
        assert.equal(failure, undefined);
        assert.match(
          lines.join("\n"),
          /^canary {3}nobody called it: this proves nothing; all callers get version 3$/m,
        );
        assert.equal(aws.alias.version, "3");
      }));

    it("that cannot fall back says how to end it, and never to take back more", () =>
      withStage(async ({ release, rollback, aws }) => {
        const { failure = "" } = await release(smallApi("two"), {
          canary: CANARY,
          maxAttempts: 1,
          // The watcher's look, and five attempts.
          onTime: once(
            async () => aws.failAt({ call: aws.calls.length, fault: "error 500", times: 6 }),
            () => "3" in aws.alias.weights,
          ),
        });
        aws.failAt();
        const command = /npm run rollback -- --stage test --to 2$/;
        const [stopped, where] = failure.split("\n");
        assert.match(stopped ?? "", /Falling back failed too: .* If callers are divided, end that with: /);
        assert.match(stopped ?? "", command);
        assert.match(where ?? "", /^Callers are divided: .*; end that with: /);
        assert.match(where ?? "", command);
        await rollback({ to: "2" });
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
        await rollback({ to: "2" });
        assert.equal(aws.alias.version, "2");
      }));

    it("falls back when it is stopped", () =>
      withStage(async ({ release, aws }) => {
        const stop = new AbortController();
        const { failure = "" } = await release(smallApi("two"), {
          canary: CANARY,
          signal: stop.signal,
          onTime: (minutes) => minutes > 2 && stop.abort(),
        });
        assert.match(failure, /It stopped at "canary": Somebody stopped it\.\nCallers are on version 2\./);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
      }));

    it("is refused while another one is watched, and a rollback ends that one", () =>
      withStage(async ({ release, rollback, aws }) => {
        let refused = "";
        const first = await release(smallApi("two"), {
          canary: CANARY,
          onTime: once(
            async () => {
              refused = (await release(smallApi("three"))).failure ?? "";
            },
            () => "3" in aws.alias.weights,
          ),
        });
        assert.match(
          refused,
          /Another release watches version 3 until \S+Z; wait for it, or end it with: npm run/,
        );
        assert.equal(first.failure, undefined);
        assert.equal(aws.alias.version, "3");

        const ended = await release(smallApi("four"), {
          canary: CANARY,
          onTime: once(rollback, () => "4" in aws.alias.weights),
        });
        assert.match(
          ended.failure ?? "",
          /^It stopped at "canary": Somebody else moved the alias latest in the meantime/,
        );
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      }));
  });
});

/** Does something as soon as it should, and then never again. */
function once(run: () => Promise<unknown>, isDue: () => boolean): () => Promise<unknown> | undefined {
  let isDone = false;
  return () => {
    if (isDone || !isDue()) return undefined;
    isDone = true;
    return run();
  };
}

function environmentWith(name: string, value: string): Record<string, string> {
  return { ...environment, [name]: value };
}
