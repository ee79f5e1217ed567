// Tests releases with a stand-in for Lambda, S3 and CodeDeploy on loopback, which runs the uploaded code.

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

const CANARY = "Canary10Percent5Minutes";

describe("a release (stand-in for AWS)", () => {
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

  it("gives all callers the new version, and prints it, the time and how to roll back", () =>
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
          "look all traffic goes to version 2",
          "build 1 kB, code <start of hash>",
          "upload fixture-api-test-Api/<hash>.zip",
          "update the function has the code",
          "publish version 3",
          "check version 3 responded as expected to 4 requests",
          "Deployment d-2 shifts traffic from version 2 to version 3. CodeDeploy continues even if this command stops. To roll back: npm run rollback -- --stage test",
          "shift all traffic goes to version 3",
          "Version 3 receives all traffic, 8 s after the release started.",
          "To roll back to version 2: npm run rollback -- --stage test",
        ],
      );
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      assert.deepEqual(aws.architectures, ["arm64"]);
    }));

  it("goes to all callers despite alarms if it is the first, and cannot be rolled back", () =>
    withStage(
      async ({ release, rollback, aws }) => {
        // Callers have only got 503 so far.
        aws.setAlarm(true);
        const { lines, failure } = await release(smallApi("one"), { trafficShift: CANARY });
        assert.equal(failure, undefined);
        assert.match(lines.join("\n"), /^A stage's first release shifts all traffic at once/m);
        assert.equal(aws.alias.version, "2");
        assert.match(
          (await rollback()).failure ?? "",
          /Version 1 failed its check: GET \/v1\/health returned 503 instead of 200/,
        );
        assert.equal(aws.alias.version, "2");
      },
      { versions: [placeholder], aliasVersion: "1", isReleased: false },
    ));

  it("can be rolled back to a version that was set by hand, after that version passes its check", () =>
    withStage(
      async ({ release, rollback, aws }) => {
        await release(smallApi("two"));
        assert.equal(aws.alias.version, "3");
        const { lines, failure } = await rollback();
        assert.equal(failure, undefined);
        assert.match(lines.join("\n"), /^check {4}version 2 responded as expected to 4 requests$/m);
        assert.equal(aws.alias.version, "2");
      },
      { isReleased: false },
    ));

  it("does nothing if all callers have this code", () =>
    withStage(async ({ release, aws }) => {
      await release({ ...smallApi("two"), "release.json": '{"commit":"a"}' });
      const before = aws.calls.length;
      const { lines } = await release({ ...smallApi("two"), "release.json": '{"commit":"b"}' });
      assert.match(
        lines.join("\n"),
        /Nothing to release: all traffic already goes to version 3, which has this code\./,
      );
      const actions = aws.calls.slice(before).map(({ action }) => action);
      assert.ok(
        !actions.includes("s3:PutObject") && !actions.includes("lambda:UpdateFunctionCode"),
        actions.join(),
      );
      assert.deepEqual([...aws.objects.keys()].length, 1);
    }));

  it("publishes unchanged code again if the configuration has changed", () =>
    withStage(async ({ release, aws }) => {
      await release(smallApi("two"));
      const configured = aws.configure({ ...environmentWith("CORS_ALLOW_ORIGINS", "https://example.com") });
      assert.equal(aws.alias.version, "3");
      const { failure } = await release(smallApi("two"));
      assert.equal(failure, undefined);
      assert.equal(aws.alias.version, configured);
      assert.equal(aws.calls.filter(({ action }) => action === "s3:PutObject").length, 1);
    }));

  it("with --dry-run says what it would do, and changes nothing", () =>
    withStage(async ({ release, aws }) => {
      const { lines, failure } = await release(smallApi("two"), { dryRun: true, trafficShift: CANARY });
      assert.equal(failure, undefined);
      assert.match(lines.join("\n"), /Would upload 1 kB/);
      assert.match(lines.join("\n"), /shift traffic from version 2 to it: Canary10Percent5Minutes/);
      assert.deepEqual(
        [...new Set(aws.calls.map(({ action }) => action))],
        [
          "lambda:GetAlias",
          "codedeploy:GetDeploymentGroup",
          "s3:GetObject",
          "lambda:GetFunctionConfiguration",
        ],
      );
    }));

  const broken: [title: string, files: Files, sentence: RegExp][] = [
    [
      "that cannot be loaded",
      { "bundle.mjs": 'throw new Error("no such module");\n' },
      /failed its check: GET \/v1\/health failed, Error: no such module/,
    ],
    [
      "that answers 500",
      { "bundle.mjs": "export const handler = async () => ({ statusCode: 500 });\n" },
      /GET \/v1\/health returned 500 instead of 200/,
    ],
    [
      "that lets anyone into a private endpoint",
      { "bundle.mjs": "export const handler = async () => ({ statusCode: 200 });\n" },
      /GET \/v1\/\S+ without a token returned 200 instead of 401/,
    ],
    [
      "that lets in a caller in none of the groups",
      {
        "bundle.mjs": `export const handler = async ({ requestContext: { authorizer, http } }) =>
          ({ statusCode: authorizer || http.path.endsWith("/health") ? 200 : 401 });\n`,
      },
      /as a caller without groups returned 200 instead of 403/,
    ],
    [
      "that refuses every caller",
      {
        "bundle.mjs": `export const handler = async ({ requestContext: { http } }) =>
          ({ statusCode: http.path.endsWith("/health") ? 200 : 401 });\n`,
      },
      /as a caller without groups returned 401 instead of 403/,
    ],
    [
      "that answers in the wrong format",
      { "bundle.mjs": 'export const handler = async () => "fine";\n' },
      /its response does not have an HTTP API's format/,
    ],
  ];
  for (const [title, files, sentence] of broken) {
    it(`of code ${title} does not move callers, and says why, also the second time`, () =>
      withStage(async ({ release, aws, broken }) => {
        broken.add("3");
        for (const trafficShift of [undefined, CANARY] as const) {
          const { failure = "" } = await release(files, { trafficShift });
          assert.match(failure, /^The step "check" failed: Version 3 failed its check/);
          assert.match(failure, sentence);
          assert.match(failure, /\nAll traffic goes to version 2\.$/);
        }
        assert.deepEqual(aws.versions(), ["1", "2", "3"]);
        const { failure } = await release(smallApi("mended"));
        assert.equal(failure, undefined);
        assert.equal(aws.alias.version, "4");
      }));
  }

  it("names the wrong variable if the function could not start in its environment", () =>
    withStage(async ({ release, aws, broken }) => {
      aws.configure({ RUNTIME: "LAMBDA" });
      broken.add("3");
      const { failure = "" } = await release(smallApi("two"));
      assert.match(failure, /its environment is invalid: JWT_ISSUER is not set/);
    }));

  it("says so if the stage is not deployed", () =>
    withStage(
      async ({ release }) => {
        const { failure } = await release(smallApi("two"), {
          functionName: "fixture-api-nowhere-Api",
        });
        assert.match(
          failure ?? "",
          /^The step "look" failed: fixture-api-nowhere-Api:latest does not exist in this region and account; deploy/,
        );
      },
      { permissions: [{ ...permissions[0], resources: ["*"] } as PermissionStatement] },
    ));

  describe("by canary", () => {
    const divided = ({ aws }: Stage) => Object.keys(aws.alias.weights).length > 0;

    it("lets AWS give the new version to some callers, and then to all", () =>
      withStage(async ({ release, aws }) => {
        const seen: unknown[] = [];
        const { failure } = await release(smallApi("two"), {
          trafficShift: CANARY,
          onTime: () => seen.push({ ...aws.alias.weights }),
        });
        assert.equal(failure, undefined);
        assert.deepEqual(seen.slice(-2), [{ 3: 0.1 }, {}]);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
        const [, deployment] = aws.deployments;
        assert.equal(deployment?.deploymentConfigName, `CodeDeployDefault.Lambda${CANARY}`);
        assert.equal(deployment?.heedsAlarms, true);
      }));

    it("fails with a message if AWS rolls it back after an alarm", () =>
      withStage(async (stage) => {
        const { failure = "" } = await stage.release(smallApi("two"), {
          trafficShift: CANARY,
          onTime: () => divided(stage) && stage.aws.setAlarm(true),
        });
        assert.equal(
          failure,
          'The step "shift" failed: CodeDeploy did not shift traffic to version 3: One or more alarms have been activated.\nAll traffic goes to version 2.',
        );
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["2", {}]);
      }));

    for (const isAlarmed of [false, true]) {
      it(`continues if its command is gone, and AWS ${isAlarmed ? "rolls it back after an alarm" : "moves all callers"}`, () =>
        withStage(async (stage) => {
          const { aws } = stage;
          const killed = new AbortController();
          const isDivided = new Promise<void>((resolve) => {
            const onTime = () => {
              if (!divided(stage)) return;
              killed.abort();
              resolve();
            };
            void stage.release(smallApi("two"), { trafficShift: CANARY, killed: killed.signal, onTime });
          });
          await isDivided;
          aws.setAlarm(isAlarmed);
          await stage.settle();
          assert.deepEqual([aws.alias.version, aws.alias.weights], [isAlarmed ? "2" : "3", {}]);
        }));
    }

    it("is refused while an alarm is on, except with --ignore-alarms", () =>
      withStage(async ({ release, aws }) => {
        aws.setAlarm(true);
        assert.match(
          (await release(smallApi("two"))).failure ?? "",
          /alarms have been activated.*\nAll traffic goes to version 2/,
        );
        const { failure } = await release(smallApi("two"), { ignoreAlarms: true });
        assert.equal(failure, undefined);
        assert.equal(aws.alias.version, "3");
      }));

    it("is refused while another one runs, and a rollback ends that one", () =>
      withStage(async (stage) => {
        let refused = "";
        const first = await stage.release(smallApi("two"), {
          trafficShift: CANARY,
          onTime: once(
            async () => {
              refused = (await stage.release(smallApi("three"))).failure ?? "";
            },
            () => divided(stage),
          ),
        });
        assert.match(
          refused,
          /traffic is split: version 3 gets 10%, version 2 the rest\. Either CodeDeploy is shifting it.*npm run rollback -- --stage test/,
        );
        assert.equal(first.failure, undefined);
        assert.equal(stage.aws.alias.version, "3");

        const ended = await stage.release(smallApi("four"), {
          trafficShift: CANARY,
          onTime: once(
            async () => assert.equal((await stage.rollback()).failure, undefined),
            () => divided(stage),
          ),
        });
        assert.match(ended.failure ?? "", /^The step "shift" failed: .* stopped by a user/);
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["3", {}]);
      }));
  });
});

/** Does something once, at the first opportunity. */
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
