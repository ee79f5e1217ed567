// A stand-in for the API that does only what `npm start` expects: it listens, says so on stdout, and on SIGTERM answers the
// requests in flight before it ends.

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerByHeart, rightAnswers } from "./stand-in-api.ts";

const answer = answerByHeart(rightAnswers);
const held: ServerResponse[] = [];

const server = createServer((request, response) => {
  if (request.url === "/process")
    response.end(JSON.stringify({ pid: process.pid, environment: process.env }));
  else if (request.url === "/hold") held.push(response);
  else if (request.url === "/die") process.exit(3);
  else answer(request, response);
  if (held.length > 0) console.log("holding");
});

process.once("SIGTERM", () => {
  server.close();
  for (const response of held) response.end("answered while draining");
  server.closeIdleConnections();
});

server.listen(Number(process.env.PORT), process.env.HOST, () => {
  const { address, port } = server.address() as AddressInfo;
  console.log("a line of the log");
  console.log(JSON.stringify({ message: "listening", url: `http://${address}:${port}` }));
});
