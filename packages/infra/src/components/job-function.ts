/** A function started by a queue, a schedule or a topic, with the API's code and environment. */
import { createHash } from "node:crypto";
import { functionNameOf } from "../names.ts";
import type { CodeSource } from "./api-code.ts";
import { functionArgs, type OwnRights } from "./function-args.ts";

/** Differences from the API. The function has only the rights listed here. */
export interface JobArgs extends OwnRights {
  /** Default: 512. */
  readonly memoryMegabytes?: number;
  /** Default: 30. AWS refuses a queue whose visibility time-out is shorter; SST's default is 30 too. */
  readonly timeoutSeconds?: number;
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** Default: the API's. */
  readonly vpc?: sst.aws.FunctionArgs["vpc"];
}

/** The values that a job shares with its API. */
export interface SharedWithJobs {
  /** The API's component. */
  readonly apiName: string;
  /** The logs of the jobs so far, by job. */
  readonly logs: Map<string, aws.cloudwatch.LogGroup>;
  readonly code: CodeSource;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly vpc: sst.aws.FunctionArgs["vpc"] | undefined;
}

/**
 * Creates the job's log, once, and returns the function's arguments, for any SST component that accepts them.
 *
 * Only the log has a fixed name. SST replaces the function when its queue is replaced, and AWS does not accept the same name
 * twice, so the function's name includes a hash. SST's own choice would shorten a long app name, and a deploy role
 * recognizes its stage by that name.
 *
 * @param job the name of its file in `src/jobs`, without the extension.
 * @throws Error for a name that AWS would refuse, and for the API's name.
 */
export function jobFunction(job: string, shared: SharedWithJobs, args: JobArgs): sst.aws.FunctionArgs {
  const { memoryMegabytes = 512, timeoutSeconds = 30, logRetentionDays = 30, ...rights } = args;
  const name = inCamelCase(job);
  const fullName = functionNameOf($app.name, $app.stage, name);
  if (fullName.length + 1 + HASH_LENGTH > MAX_NAME_LENGTH)
    throw new Error(
      `The job's name ${fullName} has more than ${MAX_NAME_LENGTH - 1 - HASH_LENGTH} characters; choose a shorter one, or a shorter stage.`,
    );
  const logGroupName = `/aws/lambda/${fullName}`;
  if (name === shared.apiName)
    throw new Error(
      `A job cannot have the name of the API (${JSON.stringify(job)}), because both would write to ${logGroupName}; rename its file, e.g. src/jobs/${job}-job.ts.`,
    );
  const logGroup =
    shared.logs.get(job) ??
    new aws.cloudwatch.LogGroup(`${name}Log`, { name: logGroupName, retentionInDays: logRetentionDays });
  shared.logs.set(job, logGroup);
  return {
    ...functionArgs({
      vpc: shared.vpc,
      ...rights,
      logGroupName,
      nameAtAws: (logicalName) => `${fullName}-${hashOf(logicalName)}`,
      description: `${$app.name}, stage ${$app.stage}: ${job}`,
      code: shared.code(job),
      memoryMegabytes,
      timeoutSeconds,
      environment: shared.environment,
      logRetentionDays,
    }),
    logging: { logGroup: logGroup.name },
  };
}

/** The limit on the name of a function and of a role. */
const MAX_NAME_LENGTH = 64;
const HASH_LENGTH = 8;

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}

/** `send-mails` becomes the resource `SendMails`. */
function inCamelCase(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
