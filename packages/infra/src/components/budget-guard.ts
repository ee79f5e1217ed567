/**
 * Sends an e-mail when the month becomes expensive. It covers the whole account: a budget for this app's tags would count
 * nothing until you activate the tags for billing.
 */
export interface BudgetGuardArgs {
  /** Dollars a month. */
  readonly limitUsd: number;
  readonly emails: readonly string[];
}

export class BudgetGuard extends $util.ComponentResource {
  constructor(name: string, args: BudgetGuardArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:BudgetGuard", name, {}, options);
    const notify = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      subscriberEmailAddresses: [...args.emails],
    });
    new aws.budgets.Budget(
      `${name}Budget`,
      {
        name: `${$app.name}-${$app.stage}`,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(args.limitUsd),
        limitUnit: "USD",
        notifications: [notify("ACTUAL", 80), notify("ACTUAL", 100), notify("FORECASTED", 100)],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
