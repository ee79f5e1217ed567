import type { InspectedRequest } from "@lambda-express-api/gateway";
import { PlainError } from "../command.ts";

/**
 * The local gateway's lines of the requests that have the id in any line, oldest first, each with where its time went.
 *
 * @param port the inspector's port.
 * @throws PlainError if no inspector answers.
 */
export async function localLines(id: string, port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/_gateway/requests.json`).catch(() => undefined);
  if (!answer?.ok)
    throw new PlainError(
      `No local gateway's inspector answers on port ${port}; run npm start (and pass its --port), or name a stage: npm run logs -- ${id} --stage dev`,
    );
  const { requests } = (await answer.json()) as { readonly requests: readonly InspectedRequest[] };
  return requests
    .filter((request) => [request.requestId, request.traceId].includes(id) || hasLineWith(id, request))
    .toReversed()
    .flatMap((request) => [...request.log, ...traceLines(request)]);
}

function hasLineWith(id: string, { log }: InspectedRequest): boolean {
  return log.some((line) => line.includes(id));
}

/** The spans, each below the one that it is part of: when it began, how long it took, and its name. */
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
