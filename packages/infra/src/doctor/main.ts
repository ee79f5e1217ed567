// `npm run doctor -- --stage dev [--offline]` checks what `sst deploy` needs, and says how to fix what is missing. The script
// names the API: `--api packages/api`.

import { lookup, resolveCaa, resolveCname, resolveNs } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ApiFolderError, apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import { readStageEnvironment, readStages, stageSources } from "../stage-environment.ts";
import { isUnpacked } from "../testing/platform.ts";
import { synthesise } from "../testing/synthesise.ts";
import { examine, type Finding, type Network, type World } from "./checks.ts";
import { imagePlatforms } from "./image-platforms.ts";
import { toldSettings } from "./told-settings.ts";

const TIMEOUT_MILLISECONDS = 5_000;

const network: Network = {
  fetch: (url, options) =>
    fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) }),
  nameServers: (domainName) => resolveNs(domainName).catch(() => []),
  hasRecord: async (domainName) => {
    const asked = await Promise.allSettled([lookup(domainName), resolveCname(domainName)]);
    return asked.some(({ status }) => status === "fulfilled");
  },
  certificateAuthorities: async (domainName) => {
    const records = await resolveCaa(domainName).catch(() => []);
    return records.flatMap(({ issue }) => (issue === undefined ? [] : [issue.split(";")[0]?.trim() ?? ""]));
  },
  imagePlatforms: (image) => imagePlatforms(image),
  async awsAccount(region) {
    const { GetAccountSettingsCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
    const client = new LambdaClient({ ...(region !== undefined && { region }), maxAttempts: 1 });
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand(), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return {
      region: await client.config.region(),
      concurrentExecutions: AccountLimit?.ConcurrentExecutions ?? 0,
      unreservedConcurrentExecutions: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
    };
  },
};

function readVersions(): World["versions"] {
  const installed = "node_modules/sst/package.json";
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return {
    node: process.versions.node,
    sst: existsSync(installed) ? JSON.parse(readFileSync(installed, "utf8")).version : undefined,
    pinnedSst: { ...dependencies, ...devDependencies }.sst,
  };
}

/** The name that `app()` returns. */
function readAppName(): string | undefined {
  const file = "sst.config.ts";
  if (!existsSync(file)) return undefined;
  return /^\s*name: "([^"]+)",$/m.exec(readFileSync(file, "utf8"))?.[1];
}

const MARKS: Record<Finding["verdict"], string> = { fine: "  ok ", wrong: " FAIL", unknown: "  ?  " };

interface Arguments {
  readonly api: string;
  readonly stage: string;
  readonly offline: boolean;
}

function readArguments(): Arguments | undefined {
  try {
    const { values } = parseArgs({
      options: {
        api: { type: "string", default: "." },
        stage: { type: "string", default: "dev" },
        offline: { type: "boolean", default: false },
      },
    });
    return values;
  } catch {
    return undefined;
  }
}

async function diagnose({ api: folder, stage, offline }: Arguments): Promise<void> {
  const api = await loadApi(apiFolder(folder));
  const environment = readStageEnvironment(stage);
  const sources = stageSources(stage);
  const findings = await examine({
    stage,
    now: new Date(),
    api,
    environment,
    appName: readAppName(),
    stages: readStages(process.cwd()),
    sources,
    resources: isUnpacked()
      ? async () => (await synthesise({ stage, environment: textsOf(environment) })).resources
      : undefined,
    versions: readVersions(),
    network: offline ? undefined : network,
  });
  for (const { verdict, about, sentence } of findings)
    console.log(`${MARKS[verdict]}  ${about.padEnd(11)}  ${sentence}`);
  console.log(`\nSettings for the stage ${stage}, with their sources:`);
  const told = toldSettings(stage, api, sources);
  const [widest, widestValue] = [
    Math.max(...told.map(({ name }) => name.length)),
    Math.max(...told.map(({ value }) => value.length)),
  ];
  for (const { name, value, source } of told)
    console.log(`${name.padEnd(widest)}  ${value.padEnd(Math.min(widestValue, MAX_COLUMN))}  ${source}`);
  process.exitCode = findings.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
}

/** A longer value shifts only its own line. */
const MAX_COLUMN = 40;

function textsOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function refuse(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}

const values = readArguments();
if (values) {
  await diagnose(values).catch((error) => {
    if (!(error instanceof ApiFolderError)) throw error;
    refuse(error.message);
  });
} else {
  const given = process.argv.slice(2).join(" ");
  refuse(`Cannot read "${given}"; use for example: npm run doctor -- --stage dev --offline`);
}
