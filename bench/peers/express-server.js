/** The reference for the container: Express as in its own guide, on node:http. */
import express from "express";

const app = express();
app.get("/v1/users/whoami", (_request, response) => {
  response.json({ status: "ok" });
});

const server = app.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ message: "listening", url, pid: process.pid }));
});
