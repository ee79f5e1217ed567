/** What is measured: the function as it is deployed, and what you would use instead. */
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildContainer } from "../../packages/build/src/container.ts";
import { buildLambda } from "../../packages/build/src/lambda.ts";
import { expressWith, honoWith, writeSizedApi } from "./sized-apis.ts";
import { writeTracedApi } from "./traced-api.ts";

const BENCH = join(import.meta.dirname, "..");
const DIST = join(BENCH, "dist");
const API = join(BENCH, "../packages/api");

const LABELS = {
  bare: "no framework",
  express: "Express + serverless-http, hello world",
  "serverless-express": "Express + serverless-express, hello world",
  hono: "Hono, hello world",
  fastify: "Fastify, hello world",
  product: "this API, all features",
  "product-without-cache": "this API, without its code cache",
  "product-traced": "this API, with OpenTelemetry",
} as const;

export type CandidateName = keyof typeof LABELS;

/** How many endpoints are added to those of the API, or to the one of a hello world. */
export const SIZES = [100, 500] as const;
export const GROWING = ["product", "product-without-cache", "express", "hono"] as const;

export type SizedName =
  | `${(typeof GROWING)[number]}-${(typeof SIZES)[number]}`
  | "product-10"
  /** One of its ten endpoints imports two large packages. */
  | "product-10-with-sdks";

export const PEERS = ["bare", "express", "serverless-express", "hono", "fastify"] as const;
export const PRODUCTS = ["product", "product-without-cache"] as const;

export const labelOf = (name: CandidateName): string => LABELS[name];

/** The URL of a candidate's entry, which exports `handler`. */
export function entryOf(name: CandidateName | SizedName): string {
  return pathToFileURL(join(DIST, name, "bundle.mjs")).href;
}

export const EXPRESS_SERVER = new URL("../dist/express-server/bundle.mjs", import.meta.url).href;
export const PRODUCT_SERVER = new URL("../../packages/api/dist/container/main.mjs", import.meta.url).href;

/**
 * Builds all of them into `bench/dist`: the function as a deployment builds it, the same without the code
 * cache, as if built for another Node, and the peers as SST bundles a function by default.
 */
export async function buildCandidates(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  for (const peer of [...PEERS, "express-server"]) await buildPeer(peer);
  await buildFunction(API, "product", "product-without-cache");
  await buildContainer(API);
  await buildTracedApi();
  for (const size of SIZES) {
    await buildSizedApi(size, `product-${size}`, `product-without-cache-${size}`);
    await buildSizedPeer(`express-${size}`, expressWith(size));
    await buildSizedPeer(`hono-${size}`, honoWith(size));
  }
  await buildSizedApi(10, "product-10");
  await buildSizedApi(10, "product-10-with-sdks", undefined, SDKS);
}

/** Static imports at the top of the file, the usual place. */
const SDKS = `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import pg from "pg";
export const clients = [DynamoDBClient, pg.Pool];
`;

async function buildSizedApi(
  size: number,
  name: SizedName,
  withoutCache?: SizedName,
  imports = "",
): Promise<void> {
  const folder = join(DIST, "apis", name);
  writeSizedApi(folder, size, imports);
  await buildFunction(folder, name, withoutCache);
}

async function buildFunction(
  api: string,
  name: CandidateName | SizedName,
  withoutCache?: CandidateName | SizedName,
): Promise<void> {
  const folder = join(DIST, name);
  await buildLambda(api, { out: folder, architecture: lambdaArchitecture() });
  if (!withoutCache) return;
  cpSync(folder, join(DIST, withoutCache), { recursive: true });
  for (const cache of globSync(join(DIST, withoutCache, "**/*.cache"))) rmSync(cache);
}

async function buildSizedPeer(name: SizedName, source: string): Promise<void> {
  const folder = join(DIST, "sources");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.js`);
  writeFileSync(file, source);
  await buildPeer(name, file);
}

async function buildTracedApi(): Promise<void> {
  const folder = join(DIST, "apis/product-traced");
  writeTracedApi(folder);
  await buildLambda(folder, { out: join(DIST, "product-traced"), architecture: lambdaArchitecture() });
}

/** This machine's: code caches can be made only for the own architecture. */
function lambdaArchitecture(): "arm64" | "x64" {
  const { arch } = process;
  if (arch === "arm64" || arch === "x64") return arch;
  throw new Error(`Lambda has no ${arch} processors; measure on arm64 or x64.`);
}

async function buildPeer(name: string, file = join(BENCH, "peers", `${name}.js`)): Promise<void> {
  await build({
    entryPoints: [file],
    outfile: join(DIST, name, "bundle.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    mainFields: ["module", "main"],
    minify: true,
    keepNames: true,
    banner: {
      js: [
        'import { createRequire as topLevelCreateRequire } from "module";',
        "const require = topLevelCreateRequire(import.meta.url);",
        'import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url";',
        "const __filename = topLevelFileUrlToPath(import.meta.url);",
        'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url));',
      ].join("\n"),
    },
    logLevel: "error",
  });
}
