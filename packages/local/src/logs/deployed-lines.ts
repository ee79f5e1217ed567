import { PlainError } from "../command.ts";
import { loadOptional } from "../optional-package.ts";

/** The part of `@aws-sdk/client-cloudwatch-logs` that is used here; the package itself is installed by who wants the command. */
interface Sdk {
  readonly CloudWatchLogsClient: new () => { destroy(): void };
  paginateFilterLogEvents(
    configuration: { readonly client: object },
    input: { readonly logGroupName: string; readonly startTime: number; readonly filterPattern: string },
  ): AsyncIterable<{
    readonly events?: readonly { readonly timestamp?: number; readonly message?: string }[];
  }>;
}

export interface DeployedLinesOptions {
  /** The log of the function, and the gateway's access log. */
  readonly groups: readonly [string, string];
  /** How far back. */
  readonly hours: number;
  /** Where the SDK is looked for. */
  readonly folder: string;
}

interface Line {
  readonly time: number;
  readonly text: string;
}

/**
 * The lines of a stage that have an id, in the order of time. What Lambda itself writes of an invocation has Lambda's id alone,
 * which the access log and the function's own lines have too: so those are looked for by it.
 *
 * @throws PlainError where the SDK is not installed, and for what AWS refuses.
 */
export async function deployedLines(
  id: string,
  { groups, hours, folder }: DeployedLinesOptions,
): Promise<readonly string[]> {
  const { CloudWatchLogsClient, paginateFilterLogEvents } = loadOptional<Sdk>(
    "@aws-sdk/client-cloudwatch-logs",
    folder,
    "only it can read the logs of a stage",
  );
  const client = new CloudWatchLogsClient();
  const startTime = Date.now() - hours * 3_600_000;

  async function linesWith(term: string, logGroupName: string): Promise<Line[]> {
    const pages = paginateFilterLogEvents(
      { client },
      { logGroupName, startTime, filterPattern: JSON.stringify(term) },
    );
    const lines: Line[] = [];
    for await (const { events = [] } of pages)
      for (const { timestamp = 0, message = "" } of events)
        lines.push({ time: timestamp, text: message.trimEnd() });
    return lines;
  }

  try {
    const found = (await Promise.all(groups.map((group) => linesWith(id, group)))).flat();
    const invocations = new Set(found.flatMap(({ text }) => lambdaRequestIdOf(text) ?? []));
    invocations.delete(id);
    for (const invocation of invocations) found.push(...(await linesWith(invocation, groups[0])));
    const texts = found.toSorted((a, b) => a.time - b.time).map(({ text }) => text);
    return [...new Set(texts)];
  } catch (error) {
    const { name, message } = error as Error;
    throw new PlainError(`CloudWatch Logs does not answer: ${name}: ${message}`);
  } finally {
    client.destroy();
  }
}

function lambdaRequestIdOf(text: string): string | undefined {
  return /"lambdaRequestId":"([\w-]{36})"|"integration":\{"requestId":"([\w-]{36})"/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
}
