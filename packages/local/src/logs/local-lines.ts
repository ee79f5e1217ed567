import type { InspectedRequest } from "@lambda-express-api/gateway";
import { PlainError } from "../command.ts";

/**
 * The lines of the requests that the local gateway keeps and that have an id in one of them, the oldest first.
 *
 * @param port of the inspector.
 * @throws PlainError where no inspector answers.
 */
export async function localLines(id: string, port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/_gateway/requests.json`).catch(() => undefined);
  if (!answer?.ok)
    throw new PlainError(
      `No local gateway has its inspector on port ${port}; run npm start (and name its --port), or name the stage: npm run logs -- ${id} --stage dev`,
    );
  const { requests } = (await answer.json()) as { readonly requests: readonly InspectedRequest[] };
  return requests
    .filter(({ requestId, log }) => requestId === id || log.some((line) => line.includes(id)))
    .toReversed()
    .flatMap(({ log }) => log);
}
