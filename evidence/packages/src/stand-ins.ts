/** Local servers instead of the services that the packages call. Each answers only what its row asks. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { BSON } from "mongodb";
import mysql from "mysql2";
import type { StandIns } from "./ports.ts";

export async function startStandIns(): Promise<{ readonly ports: StandIns; readonly stop: () => void }> {
  const servers = {
    http: createHttpStandIn(),
    postgres: createServer(servePostgres),
    mongodb: createServer(serveMongo),
    redis: createServer(serveRedis),
    smtp: createServer(serveSmtp),
  };
  const sockets = new Set<Socket>();
  for (const server of Object.values(servers)) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
    });
  }
  const entries = await Promise.all(
    Object.entries(servers).map(async ([name, server]) => [name, await listen(server)]),
  );
  const mysqlServer = serveMysql();
  const ports = { ...Object.fromEntries(entries), mysql: await listenMysql(mysqlServer) } as StandIns;
  return {
    ports,
    stop() {
      for (const server of Object.values(servers)) server.close();
      mysqlServer.close(() => {});
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function listen(server: Server | HttpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function createHttpStandIn(): HttpServer {
  return createHttpServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const json = (value: unknown, type = "application/json") => {
      response.writeHead(200, { "content-type": type }).end(JSON.stringify(value));
    };
    const target = String(request.headers["x-amz-target"] ?? "");
    if (target.endsWith(".GetItem")) json({ Item: { id: { S: "1" } } }, "application/x-amz-json-1.0");
    else if (target.endsWith(".SendMessage")) {
      const md5 = createHash("md5").update(JSON.parse(body).MessageBody).digest("hex");
      json({ MessageId: "message-1", MD5OfMessageBody: md5 }, "application/x-amz-json-1.0");
    } else if (request.url?.startsWith("/v1/customers/")) json({ id: "cus_1", object: "customer" });
    else if (request.url?.includes("/envelope/")) json({ id: "event-1" });
    else if (request.url?.startsWith("/bucket/key")) response.writeHead(200).end("an object");
    else json({ url: request.url });
  });
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function servePostgres(socket: Socket): void {
  const message = (type: string, content: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(content.length + 4, 1);
    return Buffer.concat([head, content]);
  };
  const ready = message("Z", Buffer.from("I"));
  let isStarted = false;
  socket.on("data", (data) => {
    if (!isStarted) {
      isStarted = true;
      socket.write(Buffer.concat([message("R", Buffer.alloc(4)), ready]));
    } else if (data.toString("latin1", 0, 1) === "Q") {
      const field = Buffer.concat([
        Buffer.from([0, 1]),
        Buffer.from("one\0"),
        Buffer.alloc(6),
        Buffer.from([0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]),
      ]);
      const row = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 1]), Buffer.from("1")]);
      socket.write(
        Buffer.concat([
          message("T", field),
          message("D", row),
          message("C", Buffer.from("SELECT 1\0")),
          ready,
        ]),
      );
    } else socket.end();
  });
}

/** mysql2 has a server too. */
function serveMysql() {
  const server = mysql.createServer(() => {});
  server.on("connection", (connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.0.0",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff & ~0x800,
    });
    connection.on("query", () => {
      Object.assign(connection, { sequenceId: 1 });
      connection.writeTextResult(
        [{ one: 1 }],
        [
          {
            catalog: "def",
            schema: "",
            table: "",
            orgTable: "",
            name: "one",
            orgName: "one",
            characterSet: 63,
            columnLength: 1,
            columnType: 8,
            flags: 0,
            decimals: 0,
          },
        ],
      );
      Object.assign(connection, { sequenceId: 0 });
    });
    connection.on("error", () => {});
  });
  return server;
}

async function listenMysql(server: ReturnType<typeof serveMysql>): Promise<number> {
  server.listen(0);
  const inner = (server as unknown as { readonly _server: Server })._server;
  if (!inner.listening) await once(inner, "listening");
  return (inner.address() as AddressInfo).port;
}

/** OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
function serveMongo(socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, Buffer.from(data)]);
    while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
      const request = pending.subarray(0, pending.readInt32LE(0));
      pending = pending.subarray(request.length);
      const command = BSON.deserialize(request.subarray(21));
      const answer = BSON.serialize(answerMongo(command));
      const head = Buffer.alloc(21);
      head.writeInt32LE(head.length + answer.length, 0);
      head.writeInt32LE(request.readInt32LE(4), 8);
      head.writeInt32LE(2013, 12);
      socket.write(Buffer.concat([head, answer]));
    }
  });
}

function answerMongo(command: BSON.Document): BSON.Document {
  if (command.find)
    return { cursor: { id: BSON.Long.ZERO, ns: "shop.orders", firstBatch: [{ order: 1 }] }, ok: 1 };
  return {
    isWritablePrimary: true,
    maxWireVersion: 21,
    minWireVersion: 0,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    ok: 1,
  };
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function serveRedis(socket: Socket): void {
  const values = new Map<string, string>();
  socket.on("data", (data) => {
    for (const [, ...parts] of data
      .toString()
      .split(/^\*\d+\r\n/m)
      .map((command) => command.split(/\r?\n?\$\d+\r\n/))) {
      const [name = "", key = "", value = ""] = parts.map((part) => part.trimEnd());
      if (name === "") continue;
      const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
      if (/^info$/i.test(name)) socket.write(bulk("redis_version:7.4.0\r\nloading:0"));
      else if (/^get$/i.test(name)) socket.write(bulk(values.get(key) ?? ""));
      else {
        if (/^set$/i.test(name)) values.set(key, value);
        socket.write("+OK\r\n");
      }
    }
  });
}

function serveSmtp(socket: Socket): void {
  let message: string | undefined;
  socket.write("220 ready\r\n");
  socket.on("data", (data) => {
    const text = data.toString();
    if (message !== undefined) {
      message += text;
      if (!message.endsWith("\r\n.\r\n")) return;
      message = undefined;
      socket.write("250 accepted\r\n");
    } else if (/^QUIT/i.test(text)) socket.end("221 bye\r\n");
    else if (/^DATA/i.test(text)) {
      message = "";
      socket.write("354 go on\r\n");
    } else socket.write("250 ok\r\n");
  });
}
