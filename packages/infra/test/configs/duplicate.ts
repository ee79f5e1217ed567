/// <reference path="../../../../.sst/platform/config.d.ts" />

// Two resources with the same name, which mocks accept and the engine refuses. Only tests synthesise it.

export default $config({
  app: () => ({ name: "duplicate", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { BudgetGuard } = await import("../../src/components/index.ts");
    for (let time = 0; time < 2; time += 1)
      new BudgetGuard("Twice", { limitUsd: 1, emails: ["a@example.com"] });
  },
});
