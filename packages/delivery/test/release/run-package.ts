/**
 * Runs packages as Lambda does: unpacks the zip and loads its handler in a worker, once for the same zip and environment. Or,
 * if only the answers matter, in this process.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Invocation, type LambdaFunction, runInWorkers } from "@lambda-express-api/gateway";
import { unzipSync } from "fflate";

export interface PackageRunner {
  invoke(
    zip: Uint8Array,
    environment: Readonly<Record<string, string>>,
    payload: string,
  ): Promise<Invocation>;
  close(): Promise<void>;
}

export function createPackageRunner(): PackageRunner {
  const folder = mkdtempSync(join(tmpdir(), "packages-"));
  const running = new Map<string, LambdaFunction>();

  function start(zip: Uint8Array, environment: Readonly<Record<string, string>>): LambdaFunction {
    const target = mkdtempSync(join(folder, "package-"));
    for (const [name, bytes] of Object.entries(unzipSync(zip))) {
      const file = join(target, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    return runInWorkers({ file: join(target, "bundle.mjs"), environment, log: () => {} });
  }

  return {
    invoke(zip, environment, payload) {
      const key = createHash("sha256").update(zip).update(JSON.stringify(environment)).digest("hex");
      const started = running.get(key) ?? start(zip, environment);
      running.set(key, started);
      return started.invoke(payload);
    },
    async close() {
      await Promise.all([...running.values()].map((instance) => instance.close()));
      rmSync(folder, { recursive: true });
    },
  };
}

/** For packages of one file without an environment. It needs no worker, whose start takes longer than a whole release. */
export function createSmallRunner(): PackageRunner {
  const loaded = new Map<string, Promise<{ handler(event: object): Promise<unknown> }>>();
  return {
    async invoke(zip, _, payload) {
      const code = Buffer.from(unzipSync(zip)["bundle.mjs"] ?? []).toString("base64");
      const loading = loaded.get(code) ?? import(`data:text/javascript;base64,${code}`);
      loaded.set(code, loading);
      const answer = await (await loading).handler(JSON.parse(payload));
      return {
        outcome: "returned",
        payload: JSON.stringify(answer),
        requestId: "",
        isColdStart: false,
        durationMilliseconds: 0,
      };
    },
    async close() {},
  };
}
