// Sends raw bytes to a port, for what no HTTP client would send.

import { connect, type Socket } from "node:net";

/** Sends the bytes and returns everything received until the server closes the connection. */
export async function exchangeBytes(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return readToEnd(socket);
}

export async function readToEnd(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  // A reset also counts as the end of the connection.
  socket.on("error", () => {});
  socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  return promise;
}
