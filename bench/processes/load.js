/**
 * The callers of a server under load: asks for one path, each request with the next of the callers' tokens.
 *
 * `node load.js <url> <connections> <seconds> <tokens, separated by commas>`
 * writes `{ requests, seconds, p99Milliseconds }` to fd 3.
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
if (errors + non2xx > 0) throw new Error(`${url}: ${errors} errors, ${non2xx} answers that are no success`);
tell({
  requests: requests.total,
  seconds: duration,
  p99Milliseconds: latency.p99,
});
