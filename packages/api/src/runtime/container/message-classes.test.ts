import assert from "node:assert/strict";
import { createServer } from "node:http";
import { it } from "node:test";
import express from "express";
import supertest from "supertest";
import { messageClasses } from "./message-classes.ts";

it("messages have the prototypes of the app from their birth, and those of a mounted app while they are in it", async () => {
  const app = express();
  const mounted = express();
  const seen: unknown[] = [];
  mounted.use((request, response, next) => {
    seen.push(request.app === mounted, response.app === mounted, request.path);
    next();
  });
  app.use("/mounted", mounted);
  app.use((request, response) => {
    seen.push(request.app === app, response.app === app);
    response.json({ ip: request.ip, path: request.path });
  });
  const server = createServer(messageClasses(app), (request, response) => {
    seen.push(
      Object.getPrototypeOf(request) === app.request,
      Object.getPrototypeOf(response) === app.response,
    );
    app(request, response);
  });
  const { status, body } = await supertest(server).get("/mounted/x");
  assert.deepEqual([status, body.path], [200, "/mounted/x"]);
  assert.match(body.ip, /127\.0\.0\.1$/);
  assert.deepEqual(seen, [true, true, true, true, "/x", true, true]);
});
