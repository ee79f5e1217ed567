// `npm run logs -- ID [--stage STAGE [--hours N]]` prints every line with the id of a request, an invocation or a trace, oldest
// first: from a stage's two logs in CloudWatch, or from the local gateway.

import { parseArgs } from "node:util";
import { apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import { API_NAME, logGroupsOf } from "@lambda-express-api/infra/names.ts";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import { exitCodeOf, PlainError } from "./command.ts";
import { deployedLines } from "./logs/deployed-lines.ts";
import { localLines } from "./logs/local-lines.ts";
import { DEFAULT_PORT } from "./options.ts";

const USAGE = "npm run logs -- ID [--stage STAGE [--hours N]]";

async function logs(): Promise<number> {
  const { id, api: folder, stage, hours, port } = readArguments(process.argv.slice(2));
  let lines: readonly string[];
  if (stage === undefined) lines = await localLines(id, port + 1);
  else {
    readStageEnvironment(stage);
    const { name } = await loadApi(apiFolder(folder));
    const groups = logGroupsOf(name, stage, API_NAME);
    lines = await deployedLines(id, { groups, hours: Number(hours), folder: process.cwd() });
  }
  for (const line of lines) console.log(line);
  if (lines.length > 0) return 0;
  throw new PlainError(
    stage === undefined
      ? `Nothing found for the ID ${id}. The local gateway keeps only the last 100 requests since npm start.`
      : `Nothing found for the ID ${id} in the last ${hours} hours. CloudWatch is a few seconds behind; to search further back, use --hours N.`,
  );
}

function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const [id, ...others] = positionals;
  if (id === undefined) throw new PlainError(`Enter the ID of a request, an invocation or a trace: ${USAGE}`);
  if (others.length > 0) throw new PlainError(`Enter one ID, not ${positionals.length}: ${USAGE}`);
  if (!/^[\w.:+/=-]{8,128}$/.test(id))
    throw new PlainError(
      `"${id}" is not a valid ID; use 8 to 128 letters, digits and characters from ._:+/=-, for example JKJaXmPLvHcESHA=. Every error response contains its request ID.`,
    );
  if (values.stage !== undefined && !/^[A-Za-z0-9-]+$/.test(values.stage))
    throw new PlainError(
      `--stage is "${values.stage}"; use letters, digits and hyphens, for example --stage dev.`,
    );
  if (!/^[1-9]\d{0,3}$/.test(values.hours))
    throw new PlainError(
      `--hours is "${values.hours}"; use a number from 1 to 9999, for example --hours 24.`,
    );
  return { id, ...values, port: portOf(values.port) };
}

/** The port of the local API, as for `npm start`. The inspector has the next one. */
function portOf(option: string | undefined): number {
  const [name, port] = option === undefined ? ["PORT", process.env.PORT || DEFAULT_PORT] : ["--port", option];
  if (/^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_535) return Number(port);
  throw new PlainError(
    `${name} is "${port}"; use the port of npm start, a number from 1 to 65534, for example --port ${DEFAULT_PORT}.`,
  );
}

function parse(args: string[]) {
  try {
    const options = {
      api: { type: "string", default: "." },
      stage: { type: "string" },
      hours: { type: "string", default: "24" },
      port: { type: "string" },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    throw new PlainError(`Cannot read "${args.join(" ")}"; write: ${USAGE}`);
  }
}

process.exitCode = await exitCodeOf(logs);
