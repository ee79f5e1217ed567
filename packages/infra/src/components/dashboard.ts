/** The dashboard: the answers that callers get, the function's work, and the last errors. */

export interface DashboardArgs {
  readonly apiId: $util.Input<string>;
  readonly stageName: $util.Input<string>;
  readonly functionName: $util.Input<string>;
  readonly aliasName: $util.Input<string>;
  readonly logGroupName: $util.Input<string>;
  /** The namespace of the API's own metrics, if it has any. */
  readonly metricsNamespace: string | undefined;
}

/** The width of a dashboard is 24 (CloudWatch API reference, "Dashboard Body Structure and Syntax"). */
const WIDTH = 12;
const HEIGHT = 6;

type Metric = readonly [...namesAndValues: string[], { readonly stat: string; readonly label: string }];

/** Creates the dashboard, named like the component's other resources. */
export function createDashboard(name: string, args: DashboardArgs, parent: $util.Resource): void {
  const { region } = aws.getRegionOutput();
  new aws.cloudwatch.Dashboard(
    `${name}Dashboard`,
    {
      dashboardName: `${$app.name}-${$app.stage}-${name}`,
      dashboardBody: $util
        .all([args.apiId, args.stageName, args.functionName, args.aliasName, args.logGroupName, region])
        .apply((values) => JSON.stringify({ widgets: widgetsOf(args.metricsNamespace, ...values) })),
    },
    { parent },
  );
}

function widgetsOf(
  metricsNamespace: string | undefined,
  apiId: string,
  stageName: string,
  functionName: string,
  aliasName: string,
  logGroupName: string,
  region: string,
) {
  const gateway = (metric: string, stat: string, label: string): Metric => [
    "AWS/ApiGateway",
    metric,
    "ApiId",
    apiId,
    "Stage",
    stageName,
    { stat, label },
  ];
  const lambda = (metric: string, stat: string, label: string): Metric => [
    "AWS/Lambda",
    metric,
    "FunctionName",
    functionName,
    "Resource",
    `${functionName}:${aliasName}`,
    { stat, label },
  ];
  const own = (namespace: string, metric: string, stat: string, label: string): Metric => [
    namespace,
    metric,
    "api",
    $app.name,
    { stat, label },
  ];
  const chart = (title: string, metrics: readonly Metric[]) => ({
    type: "metric",
    properties: { title, region, view: "timeSeries", stacked: false, period: 300, metrics },
  });
  const query = (title: string, view: "timeSeries" | "table", lines: readonly string[]) => ({
    type: "log",
    properties: { title, region, view, query: [`SOURCE '${logGroupName}'`, ...lines].join(" | ") },
  });

  const widgets = [
    chart("Requests", [
      gateway("Count", "Sum", "requests"),
      gateway("4xx", "Sum", "4xx"),
      gateway("5xx", "Sum", "5xx"),
    ]),
    chart("Latency, as callers see it (ms)", [
      gateway("Latency", "p50", "half of them"),
      gateway("Latency", "p99", "99 of 100"),
    ]),
    chart("Latency of the function, as the gateway sees it (ms)", [
      gateway("IntegrationLatency", "p50", "half of them"),
      gateway("IntegrationLatency", "p99", "99 of 100"),
    ]),
    chart("Duration of the function (ms)", [
      lambda("Duration", "p50", "half of them"),
      lambda("Duration", "p99", "99 of 100"),
    ]),
    chart("Requests without a response from the function", [
      lambda("Errors", "Sum", "errors"),
      lambda("Throttles", "Sum", "throttles"),
    ]),
    // For the whole function, because CloudWatch does not count instances by alias.
    chart("Instances at once", [
      [
        "AWS/Lambda",
        "ConcurrentExecutions",
        "FunctionName",
        functionName,
        { stat: "Maximum", label: "instances" },
      ],
    ]),
    ...(metricsNamespace === undefined
      ? []
      : [
          chart("As the API itself counts", [
            own(metricsNamespace, "Requests", "Sum", "requests"),
            own(metricsNamespace, "4xx", "Sum", "4xx"),
            own(metricsNamespace, "5xx", "Sum", "5xx"),
            own(metricsNamespace, "Refused", "Sum", "refused by access"),
            own(metricsNamespace, "ColdStarts", "Sum", "cold starts"),
          ]),
          chart("Latency of the API itself (ms)", [
            own(metricsNamespace, "Latency", "p50", "half of them"),
            own(metricsNamespace, "Latency", "p99", "99 of 100"),
          ]),
        ]),
    query("Cold starts (ms)", "timeSeries", [
      'filter @type = "REPORT"',
      "stats count(@initDuration) as coldStarts, pct(@initDuration, 50) as halfOfThem, max(@initDuration) as slowest by bin(5m)",
    ]),
    query("The last errors", "table", [
      'filter level = "error"',
      "fields @timestamp, requestId, message, error.message",
      "sort @timestamp desc",
      "limit 20",
    ]),
  ];
  return widgets.map((widget, index) => ({
    ...widget,
    x: (index % 2) * WIDTH,
    y: Math.floor(index / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
  }));
}
