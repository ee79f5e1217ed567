// What a synthesis proves. All syntheses start at once, so that they share a process, which bundles SST's components and loads
// Pulumi once. Each file also runs alone: node --test packages/delivery/test/synthesis/deploy-permissions.ts

import { describe } from "node:test";

describe("with SST's real components", { concurrency: true }, () => {
  describe("deploy-permissions.ts", async () => {
    await import("./synthesis/deploy-permissions.ts");
  });
  describe("github-deploy-role.ts", async () => {
    await import("./synthesis/github-deploy-role.ts");
  });
  describe("pipeline.ts", async () => {
    await import("./synthesis/pipeline.ts");
  });
});
