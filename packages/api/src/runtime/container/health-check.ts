/** What the container's health check runs: exits with 0 while the API answers, and with 1 when it does not. */
import http from "node:http";

const { PORT = "5000" } = process.env;

http
  .get({ host: "127.0.0.1", port: PORT, path: "/v1/manage/hc", timeout: 2000 }, (response) => {
    process.exit(response.statusCode === 200 ? 0 : 1);
  })
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1));
