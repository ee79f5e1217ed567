/**
 * The callers of a server under load: requests one path, each time with the next caller's token.
 *
 * `node load.js <url> <connections> <seconds> <tokens, separated by commas>` writes `{ requests, seconds,
 * p99Milliseconds }` to fd 3.
 */
import autocannon from "autocannon";
import { tell } from "./lambda.js";

const [url, connections, seconds, tokens] = process.argv.slice(2);
const { requests, errors, non2xx, duration, latency } = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: tokens.split(",").map((token) => ({ headers: { authorization: `Bearer ${token}` } })),
});
if (errors + non2xx > 0) throw new Error(`${url}: ${errors} errors, ${non2xx} answers other than 2xx`);
tell({
  requests: requests.total,
  seconds: duration,
  p99Milliseconds: latency.p99,
});
