/**
 * `npm run new -- GET /v1/orders/{orderId} --access groups:STAFF` writes an endpoint and a test that passes, and runs
 * `npm run generate`. With `--no-test` it writes no test, for endpoints that share one.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { ApiFolderError, apiFolder, loadApi, loadEndpoints } from "@lambda-express-api/build/api-folder.ts";
import {
  type Endpoint,
  fileOf,
  readArguments,
  refuseWhatExists,
  testFileOf,
  UsageError,
} from "./endpoint-arguments.ts";
import { endpointSource, endpointTest } from "./endpoint-files.ts";

/** Writes the endpoint and the generated files. If a step fails, it undoes the others. */
function write(endpoint: Endpoint): readonly string[] {
  const file = fileOf(endpoint);
  const files = endpoint.hasTest ? [file, testFileOf(file)] : [file];
  const firstFolder = mkdirSync(dirname(file), { recursive: true });
  const generate = [
    join(import.meta.dirname, `generate${extname(import.meta.filename)}`),
    "--api",
    endpoint.api,
  ];
  try {
    writeFileSync(file, endpointSource(endpoint));
    if (endpoint.hasTest) writeFileSync(testFileOf(file), endpointTest(endpoint));
    run(process.execPath, "node_modules/@biomejs/biome/bin/biome", "check", "--write", ...files);
    run(process.execPath, ...generate);
  } catch (error) {
    for (const written of files) rmSync(written, { force: true });
    if (firstFolder) rmSync(firstFolder, { recursive: true });
    spawnSync(process.execPath, generate);
    throw error;
  }
  return files;
}

/** Runs one of the project's commands. */
function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

try {
  const endpoint = readArguments(process.argv.slice(2));
  refuseWhatExists(endpoint, await loadEndpoints(await loadApi(apiFolder(endpoint.api))));
  const files = write(endpoint);
  console.log(`${files.join("\n")}

The list of routes, docs/access.md, docs/openapi.json and client/paths.d.ts now include ${endpoint.operationId}.`);
  if (endpoint.hasTest) console.log(`Run the test:\n\n  node --test ${files[1]}`);
} catch (error) {
  console.error(error instanceof UsageError || error instanceof ApiFolderError ? error.message : error);
  process.exit(1);
}
