import type { InspectedRequest } from "@lambda-express-api/gateway";
import { PlainError } from "../command.ts";

/**
 * The local gateway's lines of the requests that have the id in any line, oldest first.
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
    .filter(({ requestId, log }) => requestId === id || log.some((line) => line.includes(id)))
    .toReversed()
    .flatMap(({ log }) => log);
}
