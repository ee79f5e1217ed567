// Runs the real `sst` with stand-ins for AWS and for the engine.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { routeResourceName } from "../src/names.ts";
import { planHttpApi } from "../src/plan.ts";
import type { Inputs } from "../src/testing/graph.ts";
import { all, environment, one } from "../src/testing/view.ts";
import { runSst, type SstOptions, type SstRun } from "./cli/run-sst.ts";
import { api } from "./fixtures/api/src/api.ts";

const settings = {
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyNobodyNeedSeeThis",
  CATALOGUE_KEY: "only-for-our-function",
};
const secrets = [settings.FIREBASE_APP_API_KEY, settings.CATALOGUE_KEY];
const planned = planHttpApi(await enabledRoutes(api, { authEndpoints: true, docs: true }), {
  stageName: "mvp",
  jwtAuthorizer: { issuer: settings.JWT_ISSUER, audiences: [settings.JWT_AUTHORIZED_AUDIENCES] },
  corsAllowOrigins: ["*"],
}).routes;

const runFixture = (options: Omit<SstOptions, "config">) =>
  runSst({ config: "packages/infra/test/configs/default.ts", ...options });

describe("sst, in a separate project folder each", { concurrency: 2 }, () => {
  describe("sst deploy of an API with jobs and a stage whose settings are written in code", () => {
    let run: SstRun;
    before(async () => {
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      run = await runSst({
        config: "packages/infra/test/configs/jobs.ts",
        args: ["deploy", "--stage", "written"],
        environment: { LOG_RETENTION_DAYS: "3", AUTH_ENDPOINTS: "on" },
        files: {
          ".env": `${lines.join("")}MEMORY_MEGABYTES=128\nLOG_RETENTION_DAYS=1\nTHROTTLE_RATE=9\n`,
          ".env.written": "MEMORY_MEGABYTES=256\n",
        },
      });
      assert.equal(run.exitCode, 0, run.output);
    });
    after(() => run.remove());

    const builtFolder = () => join(run.folder, ".sst/lambda/packages/infra/test/fixtures/api");
    const graph = () => run.graph ?? assert.fail("The program was not run");

    it("completes and prints the API's URL", () => {
      assert.match(run.output, /✓ {2}Complete/);
      assert.match(run.output, /url: https:\/\/ApiHttpApi\.execute-api\.eu-west-1\.amazonaws\.com\/mvp/);
      assert.deepEqual(run.unanswered, []);
    });

    it("reads the settings from the environment, .env.<stage> and .env, in this order", () => {
      assert.equal(one(graph(), "aws:lambda/function:Function", "ApiHandler").inputs.memorySize, 256);
      assert.equal(environment(graph(), "ApiHandler").JWT_ISSUER, settings.JWT_ISSUER);
      const logGroup = one(graph(), "aws:cloudwatch/logGroup:LogGroup", "ApiHandler");
      assert.equal(logGroup.inputs.retentionInDays, 3);
    });

    it("uses the stage's settings in code unless a variable overrides them, and tags every resource", () => {
      const { inputs } = one(graph(), "aws:apigatewayv2/api:Api");
      const { allowOrigins } = inputs.corsConfiguration as Inputs;
      assert.deepEqual(allowOrigins, ["https://app.example.com"]);
      const limits = one(graph(), "aws:apigatewayv2/stage:Stage").inputs.defaultRouteSettings;
      assert.deepEqual(limits, { throttlingRateLimit: 9, throttlingBurstLimit: 200 });
      assert.equal(graph().outputs._protect, true);
      const tags = run.engineCalls.flat().find((argument) => argument.startsWith("aws:defaultTags="));
      assert.deepEqual(JSON.parse(tags?.replace("aws:defaultTags=", "") ?? ""), {
        tags: { "sst:app": "fixture-api", "sst:stage": "written", team: "orders" },
      });
    });

    it("creates a route for each endpoint", () => {
      assert.equal(all(graph(), "aws:apigatewayv2/route:Route").length, planned.length);
      for (const { routeKey } of planned) {
        // SST shows a name up to its last dot.
        const [shown] = routeResourceName(routeKey).split(/\.\w+$/);
        assert.ok(run.output.includes(`→ ApiRoute${shown} `), routeKey);
      }
    });

    it("packs the output of the API's own build, with docs pages, source maps and jobs, for each function", () => {
      const files = readdirSync(builtFolder(), { recursive: true }).map(String);
      for (const file of ["bundle.mjs", "app.js", "app.js.map", "assets/docs-pages.json", "job-clean-up.mjs"])
        assert.ok(files.includes(file), file);
      const handlers = all(graph(), "aws:lambda/function:Function").map(({ inputs }) => inputs.handler);
      assert.deepEqual(handlers.sort(), ["bundle.handler", "job-clean-up.handler", "job-send-mails.handler"]);
      const artifacts = readdirSync(join(run.folder, ".sst/artifacts")).filter(
        (name) => !name.endsWith("-src"),
      );
      assert.equal(artifacts.length, handlers.length, artifacts.join());
      for (const name of artifacts) {
        const packed = readFileSync(join(run.folder, ".sst/artifacts", name, "code.zip"), "latin1");
        for (const file of files.filter((each) => each.includes(".")))
          assert.ok(packed.includes(file), `${name}: ${file}`);
      }
    });

    it("packs jobs that run with the API's settings and services", () => {
      const invoke = `for (const job of ["send-mails", "clean-up"]) {
        const { handler } = await import(\`./job-\${job}.mjs\`);
        await handler({ Records: [{ body: "hello" }] }, { awsRequestId: "id-1" });
      }`;
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--input-type=module", "--eval", invoke],
        {
          cwd: builtFolder(),
          env: environment(graph(), "ApiHandler"),
          encoding: "utf8",
        },
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, /"cleaned up".*"requestId":"id-1"|"requestId":"id-1".*"cleaned up"/);
    });

    it("prints no secret, and stores none in clear text in its state or its log", () => {
      const kept = [...run.state].map(([, object]) => object.toString());
      const log = readFileSync(join(run.folder, ".sst/log/sst.log"), "utf8");
      for (const text of [run.output, log, ...kept])
        for (const secret of secrets) assert.ok(!text.includes(secret));
    });

    it("bundles the program in its own folder, where no other run overwrites or removes it", () => {
      const log = readFileSync(join(run.folder, ".sst/log/sst.log"), "utf8");
      const [, bundle = ""] = /"?built sst\.config\.ts"?.* to=(\S+\.mjs)/.exec(log) ?? [];
      assert.equal(realpathSync(dirname(bundle)), join(realpathSync(run.folder), ".sst/platform"));
    });

    it("releases its lock", () => {
      assert.deepEqual(
        [...run.state.keys()].filter((key) => key.includes("/lock/")),
        [],
      );
    });
  });

  describe("a second sst command", () => {
    const sst = (
      command: "deploy" | "diff" | "refresh",
      revision: string,
      state?: SstRun["state"],
      environment: Record<string, string> = {},
    ) =>
      runSst({
        config: "packages/infra/test/configs/revision.ts",
        args: [command, "--stage", "dev"],
        environment: { ...environment, REVISION: revision },
        ...(state && { state }),
      });
    let first: SstRun;
    before(async () => {
      first = await sst("deploy", "RevisionOperation");
      assert.equal(first.exitCode, 0, first.output);
    });
    after(() => first.remove());

    it("fails with AWS's message if a variable shared by several routes is renamed", async () => {
      const run = await sst("deploy", "RevisionSharedVariable", first.state);
      assert.equal(run.exitCode, 1);
      assert.match(run.output, /conflicting variable on the same hierarchical level/);
      await run.remove();
    });

    it("shows with sst diff what would be created, and changes nothing", async () => {
      const run = await sst("diff", "RevisionAdded", first.state);
      assert.equal(run.exitCode, 0, run.output);
      assert.match(run.output, /\+ {2}Api lambda-express-api:infra:LambdaApi → ApiRouteGET\/v1\/orders/);
      assert.doesNotMatch(run.output, /ApiStage/);
      assert.deepEqual(run.state, first.state);
      await run.remove();
    });

    it("does not undo manual changes until sst refresh has read them, and then changes only what differs: here also the route of a renamed operation, and the routes of another path", async () => {
      const throttled = { throttlingRateLimit: 1, throttlingBurstLimit: 1 };
      const refreshed = await sst("refresh", "RevisionOperation", first.state, {
        STAND_IN_CHANGED_BY_HAND: JSON.stringify({ ApiStage: { defaultRouteSettings: throttled } }),
      });
      const after = await sst("deploy", "RevisionRouterPrefix", refreshed.state);
      for (const { exitCode, output } of [refreshed, after]) assert.equal(exitCode, 0, output);
      assert.ok(refreshed.engineCalls.some(([name]) => name === "refresh"));
      const args = after.engineCalls.find(([name]) => name === "up");
      assert.ok(args && !args.some((argument) => argument.includes("refresh")), String(args));
      const changed = [...after.output.matchAll(/(Updated|Created|Deleted) +Api .* → (\S+)/g)];
      const isShown = ["ANY", "OPTIONS"].flatMap((method) =>
        ["", "/{+}"].flatMap((below) => [
          `Created ApiRoute${method}/v1/before${below}`,
          `Deleted ApiRoute${method}/v1/legacy${below}`,
        ]),
      );
      assert.deepEqual(
        changed.map(([, change, name]) => `${change} ${name}`).sort(),
        [...isShown, "Updated ApiRouteGET/v1/orders/{}", "Updated ApiStage"].sort(),
      );
      for (const { remove } of [refreshed, after]) await remove();
    });
  });

  describe("sst deploy --dev", () => {
    it("puts the bridge to this machine behind the same gateway, without the boundary, which the bridge exceeds", async () => {
      const run = await runFixture({
        args: ["deploy", "--stage", "dev", "--dev"],
        environment: {
          ...settings,
          KEEP_WARM: "warmer",
          PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/boundary",
        },
      });
      assert.equal(run.exitCode, 0, run.output);
      assert.ok(run.graph);
      const [lambda] = all(run.graph, "aws:lambda/function:Function");
      assert.equal(lambda?.inputs.runtime, "provided.al2023");
      assert.equal(environment(run.graph).SST_FUNCTION_ID, "ApiHandler");
      assert.equal(all(run.graph, "aws:apigatewayv2/route:Route").length, planned.length);
      assert.deepEqual(all(run.graph, "aws:scheduler/schedule:Schedule"), []);
      const roles = all(run.graph, "aws:iam/role:Role");
      assert.ok(roles.length > 0);
      for (const { name, inputs } of roles) assert.equal(inputs.permissionsBoundary, undefined, name);
      await run.remove();
    });
  });

  describe("a mistake in the settings", () => {
    it("stops the deployment with every message and no stack trace", async () => {
      const { FIREBASE_APP_API_KEY: _, ...rest } = settings;
      const run = await runFixture({
        args: ["deploy", "--stage", "dev"],
        environment: { ...rest, MEMORY_MEGABYTES: "64" },
      });
      assert.equal(run.exitCode, 1);
      assert.match(run.output, /FIREBASE_APP_API_KEY is not set; /);
      assert.match(run.output, /MEMORY_MEGABYTES is invalid \("64"\); it must be a number from 128 to 10240/);
      assert.doesNotMatch(run.output, /settings\.ts:\d+/);
      assert.equal(run.graph, undefined);
      await run.remove();
    });
  });
});
