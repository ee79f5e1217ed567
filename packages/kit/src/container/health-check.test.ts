import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

const SCRIPT = join(import.meta.dirname, "health-check.ts");
/** As in the build: the path of the endpoint whose role is `health` replaces the constant. */
const BUILT = 'data:text/javascript,globalThis.HEALTH_PATH = "/healthy"';

/** The check's exit code in a container whose server listens at `address` and answers `status`. */
async function check(address: string, environment: { readonly HOST?: string }, status = 200) {
  const server = createServer(({ url }, response) => {
    response.writeHead(url === "/healthy" ? status : 404).end();
  });
  server.listen(0, address);
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const child = spawn(process.execPath, ["--import", BUILT, SCRIPT], {
      env: { PORT: String(port), ...environment },
    });
    const [code] = await once(child, "exit");
    return code;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("the health check", () => {
  const loopback = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ internal, address }) => internal && !address.startsWith("fe80:"))
    .map(({ address }) => address);

  it("passes at each address that the API may listen on", async () => {
    assert.ok(loopback.includes("127.0.0.1"));
    for (const HOST of [...loopback, "localhost"]) assert.equal(await check(HOST, { HOST }), 0, HOST);
  });

  it("passes where the API listens on all interfaces", async () => {
    assert.equal(await check("0.0.0.0", {}), 0);
    assert.equal(await check("0.0.0.0", { HOST: "" }), 0);
    const everywhere = loopback.includes("::1") ? ["0.0.0.0", "::"] : ["0.0.0.0"];
    for (const HOST of everywhere) assert.equal(await check(HOST, { HOST }), 0, HOST);
  });

  it("fails without a response, and for any response other than 200", async () => {
    assert.equal(await check("127.0.0.1", { HOST: "127.0.0.2" }), 1);
    assert.equal(await check("127.0.0.1", { HOST: "127.0.0.1" }, 503), 1);
  });
});
