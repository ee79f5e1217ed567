import { PlainError } from "../command.ts";
import { loadOptional } from "../optional-package.ts";

/** The part of `@aws-sdk/client-cloudwatch-logs` used here. Projects that want the command install the package. */
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
  /** The function's log, and the gateway's access log. */
  readonly groups: readonly [string, string];
  /** How far back to search. */
  readonly hours: number;
  /** Where to look for the SDK. */
  readonly folder: string;
}

interface Line {
  readonly time: number;
  readonly text: string;
}

/**
 * The lines of a stage that have an id, oldest first. Lambda's own lines have only the invocation's id, which is in the
 * access log and the function's lines too, so a second search uses that id.
 *
 * @throws PlainError if the SDK is not installed, or AWS refuses.
 */
export async function deployedLines(
  id: string,
  { groups, hours, folder }: DeployedLinesOptions,
): Promise<readonly string[]> {
  const { CloudWatchLogsClient, paginateFilterLogEvents } = loadOptional<Sdk>(
    "@aws-sdk/client-cloudwatch-logs",
    folder,
    "reads a stage's logs",
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
    throw explained(error as Error);
  } finally {
    client.destroy();
  }
}

/** The SDK's names for credentials that are missing, wrong or too old. */
const UNKNOWN_CALLER =
  /^(CredentialsProviderError|TokenProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|ExpiredToken\w*)$/;

function explained({ name, message }: Error): PlainError {
  if (/region is missing|region=""/i.test(message))
    return new PlainError("The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1.");
  if (UNKNOWN_CALLER.test(name))
    return new PlainError(
      `AWS does not accept your credentials (${message.split("\n")[0]}); sign in with aws sso login, and set AWS_PROFILE.`,
    );
  return new PlainError(`Cannot reach CloudWatch Logs (${name}: ${message}).`);
}

function lambdaRequestIdOf(text: string): string | undefined {
  return /"lambdaRequestId":"([\w-]{36})"|"integration":\{"requestId":"([\w-]{36})"/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
}
