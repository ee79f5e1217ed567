/** Finds faults in the docs without running commands. Each fault is a sentence. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import { api } from "../packages/api/src/api.ts";
import { local } from "../packages/api/src/local.ts";
import { settingsTable } from "../packages/infra/src/settings.ts";
import { settings } from "../packages/kit/src/config.ts";
import { loadRoutes } from "../packages/kit/src/enabled-routes.ts";
import type { LocalCaller } from "../packages/kit/src/local-stack.ts";
import { publicPath } from "../packages/kit/src/request/request-path.ts";
import { copyRepository } from "./copy-repository.ts";
import { commandsOf, exemptionOf, faultsOfCommand, isRepositoryPath, treatmentOf } from "./docs-commands.ts";
import { type Block, type Page, parsePage } from "./docs-page.ts";

/** A block of `sql` is for CloudWatch Logs Insights; packages/infra/test/guides.suite.ts reads it. */
const LANGUAGES = ["sh", "text", "json", "yaml", "dotenv", "ts", "sql", "mermaid"];

/** The start of a path of the local API: its mapping key, or the stage of the gateway's default endpoint. */
const BASE_PATH = new RegExp(`^/(${local.mappingKey}|mvp)(?=/)`);

const routes = await loadRoutes(api);

export function faultsOf(page: Page): string[] {
  const faults = [
    ...page.links.flatMap((link) => faultsOfLink(page, link)),
    ...page.spans.flatMap((code) => faultsOfSpan(page, code)),
    ...page.tables.flatMap(faultsOfTable),
    ...page.blocks.flatMap((block, index) => faultsOfBlock(block, page.blocks[index - 1])),
  ];
  return faults.map((fault) => `${page.path}: ${fault}`);
}

function faultsOfLink({ path, anchors }: Page, link: string): string[] {
  if (/^[a-z]+:/i.test(link)) {
    const isFine = URL.canParse(link) && /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1):)/.test(link);
    if (!isFine) return [`the link to ${link} is not an https URL`];
    const { protocol, pathname } = new URL(link);
    const isAnswered = protocol === "https:" || hasEndpoint("GET", pathname.replace(BASE_PATH, ""));
    return isAnswered ? [] : [`the link to ${link} is not an endpoint`];
  }
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? path : normalize(join(dirname(path), file));
  if (file !== "" && !existsSync(target)) return [`the link to ${link} has no target`];
  if (anchor === undefined) return [];
  const found = file === "" ? anchors : parsePage(target, readFileSync(target, "utf8")).anchors;
  return found.has(anchor) ? [] : [`the link to ${link} has no heading in ${target}`];
}

function faultsOfSpan({ path, blocks }: Page, code: string): string[] {
  // `npx node` alone is the name of a program, not a command.
  if (/^(npm|npx \S+|docker|aws|sst) \S/.test(code)) return faultsOfAnyCommand(code);
  if (/^[A-Z][A-Z0-9_]+=\S+$/.test(code)) return faultsOfSetting(code);
  const [, method = "", endpoint] = /^([A-Z]+) (\/v1(?:\/\S*)?)$/.exec(code) ?? [];
  if (endpoint) {
    const isInSample = blocks.some(
      (block) => block.language === "ts" && block.code.includes(`"${endpoint}"`),
    );
    return isInSample || hasEndpoint(method, endpoint) ? [] : [`${code} is not an endpoint of the API`];
  }
  const isOfReader = blocks.some(({ writes, quotes }) => writes === code || quotes?.endsWith(`/${code}`));
  if (!isRepositoryPath(code) || isOfReader) return [];
  return [code, join(dirname(path), code)].some((file) => existsSync(file)) ? [] : [`${code} does not exist`];
}

/** Files that `npm run new` writes in the examples. */
const EXAMPLES = "/v1/orders";

/** Whether the gateway routes this path, which may have variables. */
function hasEndpoint(method: string, path: string): boolean {
  if (path.startsWith(EXAMPLES)) return true;
  return routes.some((route) => {
    const pattern = publicPath(route.path)
      .replaceAll(".", "\\.")
      .replaceAll(/\{\w+\}/g, "[^/]+")
      .replaceAll(/\{\w+\+\}/g, ".+");
    return route.method === method && new RegExp(`^${pattern}$`).test(path);
  });
}

function faultsOfTable([head = [], , ...rows]: Page["tables"][number]): string[] {
  if (isDeepStrictEqual(head, ["Caller", "Groups", "Password"])) return faultsOfCallers(rows);
  return head.at(-1) === "Test" ? rows.flatMap(faultsOfComparison) : [];
}

const TEST = /^`[^`]+\.(test|suite)\.ts`$/;

/** A row of a comparison names its test, or says why the feature is left out. */
function faultsOfComparison(row: readonly string[]): string[] {
  const [what = "", here = "", test = ""] = row;
  if (test === "") return here.startsWith("Left out: ") ? [] : [`${what} has neither a test nor a reason`];
  return TEST.test(test) ? [] : [`${what} is shown by ${test}, which is not a test`];
}

/** A table of the demo callers must match them exactly. */
function faultsOfCallers(rows: readonly (readonly string[])[]): string[] {
  const callers = Object.values<LocalCaller>(local.callers).map(({ email, groups, password }) => [
    `\`${email}\``,
    groups.join(", ") || "none",
    `\`${password}\``,
  ]);
  return isDeepStrictEqual(rows, callers) ? [] : [`the demo callers are not ${rows.join(" | ")}`];
}

/** A command must be listed, and everything that it names must exist. */
function faultsOfAnyCommand(command: string): string[] {
  if (treatmentOf(command) === undefined)
    return [
      `no check is defined for: ${command} (list it in scripts/docs-commands.ts; in NOT_RUN, with the reason, if it cannot run here)`,
    ];
  return faultsOfCommand(command);
}

/** `NAME=value` must be a setting of the API or a deployment with a valid value; `...` is any value. */
function faultsOfSetting(line: string): string[] {
  const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
  const known: Record<string, { readonly rule: string; parse(text: string): unknown }> = {
    ...settings,
    ...api.settings,
    ...settingsTable,
  };
  const setting = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!setting) return [`unknown setting ${name || line}`];
  const isFine = value === "..." || setting.parse(value) !== undefined;
  return isFine ? [] : [`${line} is invalid: it must be ${setting.rule}`];
}

function faultsOfBlock({ language, code, quotes }: Block, before: Block | undefined): string[] {
  if (!LANGUAGES.includes(language))
    return [`a block is "${language}", and only these are checked: ${LANGUAGES.join(", ")}`];
  if (language === "sh") return commandsOf(code).flatMap(faultsOfAnyCommand);
  if (language === "dotenv") return code.trim().split("\n").flatMap(faultsOfSetting);
  if (language === "yaml") return faultsOfYaml(code);
  if (language === "json" && !isJson(code)) return [`this is not JSON:\n${code}`];
  if (language === "text") {
    if (before?.language !== "sh") return [`this output has no command before it:\n${code}`];
    const [exemption] = commandsOf(before.code).flatMap((command) => exemptionOf(command) ?? []);
    return exemption ? [`the command of this output is not run (${exemption}):\n${code}`] : [];
  }
  if (language === "ts" && quotes) return faultsOfQuote(quotes, code);
  return [];
}

function faultsOfQuote(file: string, code: string): string[] {
  const found = [file, join("packages/gateway", file)].find((candidate) => existsSync(candidate));
  if (!found) return [`${file} does not exist`];
  return readFileSync(found, "utf8") === code ? [] : [`the block is not the content of ${file}`];
}

/** Every name in capitals must be a setting. */
function faultsOfYaml(code: string): string[] {
  const { errors } = parseDocument(code);
  const settings = [...code.matchAll(/name: ([A-Z][A-Z_]+)[,\s]+value: "?([^"\s}]+)/g)];
  return [
    ...errors.map(({ message }) => `this is not YAML: ${message}`),
    ...settings.flatMap(([, name, value]) => faultsOfSetting(`${name}=${value}`)),
  ];
}

function isJson(code: string): boolean {
  try {
    JSON.parse(code);
    return true;
  } catch {
    return false;
  }
}

/**
 * Compiles the samples that quote no file. A sample whose first line is a comment with a path is that file; any other is an
 * endpoint's file.
 *
 * @returns the compiler's output.
 */
export async function faultsOfSamples(pages: readonly Page[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { path, blocks } of pages) {
    const samples = blocks.filter(({ language, quotes }) => language === "ts" && !quotes);
    if (samples.length > 0) faults.push(...(await faultsOfPageSamples(path, samples)));
  }
  return faults;
}

async function faultsOfPageSamples(page: string, samples: readonly Block[]): Promise<string[]> {
  const copy = await copyRepository();
  try {
    const files = samples.map(({ writes, code }, index) => {
      const name = `${page.replaceAll(/\W/g, "-")}-${index + 1}.ts`;
      return { file: writes ?? join("packages/api/src/routes/samples", name), code };
    });
    for (const { file, code } of files) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), code);
    }
    const project = { extends: "./tsconfig.json", include: files.map(({ file }) => file), exclude: [] };
    await writeFile(join(copy, "tsconfig.samples.json"), JSON.stringify(project));
    const compiler = join(copy, "node_modules/.bin/tsc");
    const { status, stdout } = spawnSync(compiler, ["-p", "tsconfig.samples.json"], {
      cwd: copy,
      encoding: "utf8",
    });
    return status === 0 ? [] : stdout.trim().split("\n");
  } finally {
    await rm(copy, { recursive: true });
  }
}
