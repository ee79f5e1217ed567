// What a synthesis proves. All syntheses start at once, so that they share a process, which bundles SST's components and loads
// Pulumi once. Each file also runs alone: node --test packages/infra/test/synthesis/deployments.ts

import { describe } from "node:test";

describe("with SST's real components", { concurrency: true }, () => {
  describe("deployments.ts", async () => {
    await import("./synthesis/deployments.ts");
  });
  describe("second-deployment.ts", async () => {
    await import("./synthesis/second-deployment.ts");
  });
  describe("owners-infra.ts", async () => {
    await import("./synthesis/owners-infra.ts");
  });
  describe("deployment-suite.ts", async () => {
    await import("./synthesis/deployment-suite.ts");
  });
});
