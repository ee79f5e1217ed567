/** A function beside the API: what a queue, a schedule or a topic starts, with the API's own environment. */
import { functionNameOf } from "../names.ts";
import { functionArgs, type OwnRights } from "./function-args.ts";
import type { LambdaApi } from "./lambda-api.ts";

export interface JobFunctionArgs extends OwnRights {
  /** Whose settings and secrets it has. */
  readonly api: LambdaApi;
  /** Its entry, which SST bundles, seen from the root of the project: `packages/api/src/jobs/send-mails.handler`. */
  readonly handler: string;
  /** Default: 512. */
  readonly memoryMegabytes?: number;
  /** Default: 60. A queue's visibility time-out has to be longer. */
  readonly timeoutSeconds?: number;
  /** Default: 30. */
  readonly logRetentionDays?: number;
  readonly vpc?: sst.aws.FunctionArgs["vpc"];
}

/**
 * Gives the arguments of a function, for whatever of SST takes them, and makes its log. Its code is made with `createJob`.
 *
 * The log alone has a fixed name: SST makes the function anew where its queue is another one, and AWS takes no name twice.
 *
 * @param name of the job, unique in the program.
 * @example
 * mails.subscribe(jobFunction("SendMails", { api, handler: "packages/api/src/jobs/send-mails.handler", link: [orders] }));
 * new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: jobFunction("CleanUp", { ... }) });
 */
export function jobFunction(name: string, args: JobFunctionArgs): sst.aws.FunctionArgs {
  const { api, handler, memoryMegabytes = 512, timeoutSeconds = 60, logRetentionDays = 30, ...rest } = args;
  const logGroupName = `/aws/lambda/${functionNameOf($app.name, $app.stage, name)}`;
  const logGroup = new aws.cloudwatch.LogGroup(`${name}Log`, {
    name: logGroupName,
    retentionInDays: logRetentionDays,
  });
  return {
    ...functionArgs({
      ...rest,
      logGroupName,
      description: `${$app.name}, stage ${$app.stage}: ${name}`,
      code: { handler },
      memoryMegabytes,
      timeoutSeconds,
      environment: api.environment,
      logRetentionDays,
    }),
    logging: { logGroup: logGroup.name },
  };
}
