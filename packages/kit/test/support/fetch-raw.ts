import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** The original bytes: nothing is decompressed. */
  readonly body: Buffer;
}

/** Gets a URL with these headers, and no other preferences. */
export async function fetchRaw(url: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const sent = request(url, { headers, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = Buffer.concat(await response.toArray());
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
