// `npm run doctor -- --stage dev [--offline]`: what is missing before `sst deploy`, and what to do about it.

import { resolveNs } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readStageEnvironment } from "../stage-environment.ts";
import { examine, type Finding, type Network, type World } from "./checks.ts";

const TIMEOUT_MILLISECONDS = 5_000;

const network: Network = {
  fetch: (url, options) =>
    fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) }),
  nameServers: (domainName) => resolveNs(domainName).catch(() => []),
  async awsAccount(region) {
    const { GetAccountSettingsCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
    const client = new LambdaClient({ ...(region !== undefined && { region }), maxAttempts: 1 });
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand(), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return {
      region: await client.config.region(),
      concurrentExecutions: AccountLimit?.ConcurrentExecutions ?? 0,
    };
  },
};

function readVersions(): World["versions"] {
  const installed = "node_modules/sst/package.json";
  return {
    node: process.versions.node,
    sst: existsSync(installed) ? JSON.parse(readFileSync(installed, "utf8")).version : undefined,
    pinnedSst: JSON.parse(readFileSync("package.json", "utf8")).devDependencies.sst,
  };
}

const MARKS: Record<Finding["verdict"], string> = { fine: "  ok ", wrong: "WRONG", unknown: "  ?  " };

function readArguments(): { stage: string; offline: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { stage: { type: "string", default: "dev" }, offline: { type: "boolean", default: false } },
    });
    return values;
  } catch {
    return undefined;
  }
}

const values = readArguments();
if (values) {
  const findings = await examine({
    stage: values.stage,
    environment: readStageEnvironment(values.stage),
    versions: readVersions(),
    network: values.offline ? undefined : network,
  });
  for (const { verdict, about, sentence } of findings)
    console.log(`${MARKS[verdict]}  ${about.padEnd(11)}  ${sentence}`);
  process.exitCode = findings.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
} else {
  console.error(
    `Cannot read "${process.argv.slice(2).join(" ")}"; write it like: npm run doctor -- --stage dev --offline`,
  );
  process.exitCode = 1;
}
