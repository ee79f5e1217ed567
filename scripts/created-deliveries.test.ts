/** Synthesises the programs of created projects: the roles for GitHub Actions, and the pipelines. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { projectFiles } from "../packages/create/src/project-files.ts";
import { synthesise } from "../packages/infra/src/testing/synthesise.ts";

const NAMES = ["build", "delivery", "gateway", "infra", "kit", "local"];
/** Stand-ins for the packed archives, by name. */
const packages = new Map(NAMES.map((name) => [`lambda-express-api-${name}-0.1.0.tgz`, Buffer.alloc(0)]));

describe("the program of a created project", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "created-delivery-"));
    symlinkSync(join(import.meta.dirname, "../node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [delivery, program, type] of [
    ["github", "roles/sst.config.ts", "aws:iam/rolePolicy:RolePolicy"],
    ["codepipeline", "pipeline/sst.config.ts", "aws:codebuild/project:Project"],
  ] as const)
    it(`for delivery ${delivery} creates what deploys the project, under the project's name`, async () => {
      const options = { folder, name: "orders-api", identity: "firebase", delivery } as const;
      const files = projectFiles({ ...options, demo: false, install: false }, packages);
      const source = files.get(program);
      assert.ok(source, [...files.keys()].join(" "));
      mkdirSync(dirname(join(folder, program)));
      writeFileSync(join(folder, program), source);

      const config = relative(process.cwd(), join(folder, program));
      const graph = await synthesise({ config, stage: "main", environment: {} });
      assert.ok(graph.resources.some((resource) => resource.type === type));
      const inputs = JSON.stringify(graph.resources.map((resource) => resource.inputs));
      assert.doesNotMatch(inputs, /undefined|lambda-express-api/);
      for (const stage of ["staging", "production"])
        assert.ok(inputs.includes(`:function:orders-api-${stage}-*`), stage);
    });
});
