import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

const SCRIPT = join(import.meta.dirname, "health-check.ts");
/** What the build does: the path of the endpoint whose role is `health` takes the place of the constant. */
const BUILT = 'data:text/javascript,globalThis.HEALTH_PATH = "/healthy"';

/** What the check exits with in a container whose server listens at `address` and answers `status`. */
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

  it("is passed at each address at which the API may listen", async () => {
    assert.ok(loopback.includes("127.0.0.1"));
    for (const HOST of [...loopback, "localhost"]) assert.equal(await check(HOST, { HOST }), 0, HOST);
  });

  it("is passed where the API listens at all addresses", async () => {
    assert.equal(await check("0.0.0.0", {}), 0);
    assert.equal(await check("0.0.0.0", { HOST: "" }), 0);
    const everywhere = loopback.includes("::1") ? ["0.0.0.0", "::"] : ["0.0.0.0"];
    for (const HOST of everywhere) assert.equal(await check(HOST, { HOST }), 0, HOST);
  });

  it("is failed when nothing answers at the address, or something else than 200", async () => {
    assert.equal(await check("127.0.0.1", { HOST: "127.0.0.2" }), 1);
    assert.equal(await check("127.0.0.1", { HOST: "127.0.0.1" }, 503), 1);
  });
});
