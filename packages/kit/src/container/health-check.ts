/** The container's health check: exits with 0 while the API answers, and with 1 when it does not. */
import http from "node:http";

/** The path of the endpoint whose role is `health`; the build inserts it. */
declare const HEALTH_PATH: string;

// As the API reads them: an empty value counts as unset.
const host = process.env.HOST || "0.0.0.0";
const port = process.env.PORT || "5000";

/** A server on all interfaces is asked at the loopback address. */
const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

http
  .get({ host: LOOPBACK[host] ?? host, port, path: HEALTH_PATH, timeout: 2000 }, (response) => {
    process.exit(response.statusCode === 200 ? 0 : 1);
  })
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1));
