import type { InspectedRequest } from "@lambda-express-api/gateway";
import { PlainError } from "../command.ts";

/**
 * The local gateway's lines of the requests with the id, oldest first, each request with its spans.
 *
 * @param port the inspector's port.
 * @throws PlainError if no inspector answers.
 */
export async function localLines(id: string, port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/_gateway/requests.json`).catch(() => undefined);
  if (!answer?.ok)
    throw new PlainError(
      `No inspector responds on port ${port}. Run npm start, and if you gave it a --port, use the same --port here. For a stage, use: npm run logs -- ${id} --stage dev. A container prints its log to its own terminal.`,
    );
  const { requests } = (await answer.json()) as { readonly requests: readonly InspectedRequest[] };
  return requests
    .filter(
      ({ requestId, traceId, clientRequestId, log }) =>
        [requestId, traceId, clientRequestId].includes(id) || log.some((line) => line.includes(id)),
    )
    .toReversed()
    .flatMap((request) => [...request.log, ...traceLines(request)]);
}

/** The spans as a tree: start, duration and name. */
function traceLines({ traceId, waterfall }: InspectedRequest): readonly string[] {
  const milliseconds = (time: number) => `${time.toFixed(1).padStart(8)} ms`;
  return [
    `Trace ${traceId}`,
    ...waterfall.map(
      ({ name, depth, startMilliseconds, durationMilliseconds }) =>
        `${milliseconds(startMilliseconds)} ${milliseconds(durationMilliseconds)}  ${"  ".repeat(depth)}${name}`,
    ),
  ];
}
