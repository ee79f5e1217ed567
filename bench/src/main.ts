/** `npm run bench`: measures this API and its peers, prints tables, and writes them to `docs`. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BenchOptions, readOptions } from "./options.ts";

const ROOT = new URL("../../", import.meta.url);
const BENCH = new URL("../", import.meta.url);

/** Installs the peers if they are missing, or older than the lock file. */
function installPeers(): void {
  const installed = new URL("node_modules/.package-lock.json", BENCH);
  const locked = new URL("package-lock.json", BENCH);
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return;
  console.error("Installing the peers: npm ci --prefix bench");
  const { status } = spawnSync("npm", ["ci", "--prefix", fileURLToPath(BENCH), "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("The peers cannot be installed; they come from npm's registry.");
}

async function run({ isQuick, isWait }: BenchOptions): Promise<void> {
  if (isWait) {
    const { measureWait } = await import("./wait.ts");
    return console.log(await measureWait(console.error));
  }
  installPeers();
  // Imported after the installation of its dependencies.
  const [{ measure }, { pageOf, tablesOf }, { drawChart, drawGrowth }, { writtenAs }] = await Promise.all([
    import("./measure.ts"),
    import("./page.ts"),
    import("./chart.ts"),
    import("./results.ts"),
  ]);
  const json = writtenAs(await measure({ isQuick }, console.error));
  // Made from the written file, so that the page has no number that the file lacks.
  const results = JSON.parse(json);
  console.log(Object.values(tablesOf(results)).join("\n\n"));
  if (isQuick) return;
  writeFileSync(new URL("docs/benchmarks.json", ROOT), json);
  writeFileSync(new URL("docs/benchmarks.md", ROOT), pageOf(results));
  writeFileSync(new URL("docs/images/benchmarks.svg", ROOT), `${await drawChart(results)}\n`);
  writeFileSync(new URL("docs/images/growth.svg", ROOT), `${await drawGrowth(results)}\n`);
}

let options: BenchOptions | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (options) await run(options);
