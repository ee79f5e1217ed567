/** Alarms on the metrics of Lambda and the HTTP API in CloudWatch. */

export interface AlarmsArgs {
  readonly apiId: $util.Input<string>;
  readonly stageName: $util.Input<string>;
  readonly functionName: $util.Input<string>;
  readonly aliasName: $util.Input<string>;
  readonly timeoutSeconds: number;
  /** The SNS topic to notify. Without it, the alarms only show in CloudWatch. */
  readonly topicArn: $util.Input<string> | undefined;
  /** Whether to create only the alarms that roll a release back. */
  readonly forReleasesOnly: boolean;
}

const FIVE_MINUTES = 300;
/** One answer in a hundred is a 5xx. */
const FAILURE_RATIO = 0.01;
/** A few calls at night do not make a failure rate. */
const FEWEST_FAILURES = 5;
/** The 99th percentile has used this share of the time limit. */
const NEAR_TIMEOUT = 0.8;

/** @returns the names of the alarms that roll a release back: the gateway's 5xx, and the alias's errors. */
export function createAlarms(name: string, args: AlarmsArgs, parent: $util.Resource): $util.Output<string>[] {
  const { apiId, stageName, functionName, aliasName, topicArn } = args;
  const actions = topicArn === undefined ? [] : [topicArn];
  const gateway = { namespace: "AWS/ApiGateway", dimensions: { ApiId: apiId, Stage: stageName } };
  const lambda = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: functionName, Resource: $interpolate`${functionName}:${aliasName}` },
  };

  const alarm = (
    suffix: string,
    description: string,
    metric: Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator" | "evaluationPeriods">,
  ) =>
    new aws.cloudwatch.MetricAlarm(
      `${name}Alarm${suffix}`,
      {
        name: `${$app.name}-${$app.stage}-${name}-${suffix}`,
        alarmDescription: description,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 1,
        // No calls means no failures.
        treatMissingData: "notBreaching",
        alarmActions: actions,
        okActions: actions,
        ...metric,
      },
      { parent },
    );

  const sumOf = (id: string, metricName: string) => ({
    id,
    metric: { ...gateway, metricName, stat: "Sum", period: FIVE_MINUTES },
  });
  const failures = alarm("Failures", "More than 1% of the responses have a 5xx status.", {
    threshold: FAILURE_RATIO,
    metricQueries: [
      {
        id: "ratio",
        label: "5xx responses per request",
        expression: `IF(failures >= ${FEWEST_FAILURES}, failures / requests, 0)`,
        returnData: true,
      },
      sumOf("failures", "5xx"),
      sumOf("requests", "Count"),
    ],
  });
  const errors = alarm("Errors", "The function crashed, timed out or could not start.", {
    ...lambda,
    metricName: "Errors",
    statistic: "Sum",
    period: FIVE_MINUTES,
    threshold: 0,
  });
  const ofReleases = [failures.name, errors.name];
  if (args.forReleasesOnly) return ofReleases;
  alarm("Throttles", "Lambda refused calls: the account's or the function's concurrency is used up.", {
    ...lambda,
    metricName: "Throttles",
    statistic: "Sum",
    period: FIVE_MINUTES,
    threshold: 0,
  });
  alarm("Latency", "The slowest responses take almost as long as the timeout.", {
    ...gateway,
    metricName: "Latency",
    extendedStatistic: "p99",
    period: FIVE_MINUTES,
    threshold: args.timeoutSeconds * 1000 * NEAR_TIMEOUT,
  });
  return ofReleases;
}
