/** What is untrue in the docs and shows without running anything: one sentence for each. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { settings } from "../packages/api/src/config.ts";
import { publicPath } from "../packages/api/src/http/request-path.ts";
import { routes } from "../packages/api/src/routes/routes.ts";
import { settingsTable } from "../packages/infra/src/settings.ts";
import { type DemoCaller, demoCallers } from "../packages/local/src/identity/demo-callers.ts";
import { copyRepository } from "./copy-repository.ts";
import { commandsOf, exemptionOf, faultsOfCommand, isRepositoryPath, treatmentOf } from "./docs-commands.ts";
import { type Block, type Page, parsePage } from "./docs-page.ts";

/** What is `sql` is for CloudWatch Logs Insights; packages/infra/test/operate-guide.test.ts reads it. */
const LANGUAGES = ["sh", "text", "json", "dotenv", "ts", "sql", "mermaid"];

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
    if (!isFine) return [`the link to ${link} is no https URL`];
    const { protocol, pathname } = new URL(link);
    // Everything else of this machine is the API: behind its mapping key, behind its stage, or in the container.
    const isAnswered =
      protocol === "https:" || hasEndpoint("GET", pathname.replace(/^\/(express|mvp)\//, "/"));
    return isAnswered ? [] : [`the link to ${link} leads to no endpoint`];
  }
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? path : normalize(join(dirname(path), file));
  if (file !== "" && !existsSync(target)) return [`the link to ${link} leads nowhere`];
  if (anchor === undefined) return [];
  const found = file === "" ? anchors : parsePage(target, readFileSync(target, "utf8")).anchors;
  return found.has(anchor) ? [] : [`the link to ${link} leads to no heading of ${target}`];
}

function faultsOfSpan({ path }: Page, code: string): string[] {
  // `npx node` alone is a name for a program, and not a command.
  if (/^(npm|npx \S+|docker|aws|sst) \S/.test(code)) return faultsOfAnyCommand(code);
  if (/^[A-Z][A-Z0-9_]+=\S+$/.test(code)) return faultsOfSetting(code);
  const [, method = "", endpoint] = /^([A-Z]+) (\/v1(?:\/\S*)?)$/.exec(code) ?? [];
  if (endpoint) return hasEndpoint(method, endpoint) ? [] : [`the API has no ${code}`];
  if (!isRepositoryPath(code)) return [];
  return [code, join(dirname(path), code)].some((file) => existsSync(file)) ? [] : [`there is no ${code}`];
}

/** What `npm run new` makes in the examples. */
const EXAMPLES = "/v1/orders";

/** Whether the gateway routes this path, which may have variables in it. */
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

/** A table of the demo callers must have all of them, as they are. */
function faultsOfTable([head, , ...rows]: Page["tables"][number]): string[] {
  if (!isDeepStrictEqual(head, ["Caller", "Groups", "Password"])) return [];
  const callers = Object.values<DemoCaller>(demoCallers).map(({ email, groups, password }) => [
    `\`${email}\``,
    groups.join(", ") || "none",
    `\`${password}\``,
  ]);
  return isDeepStrictEqual(rows, callers) ? [] : [`the demo callers are not ${rows.join(" | ")}`];
}

/** A command must be listed, and what it names must exist. */
function faultsOfAnyCommand(command: string): string[] {
  if (treatmentOf(command) === undefined)
    return [
      `nobody has said how to check: ${command} (say it in scripts/docs-commands.ts, in NOT_RUN with the reason if it cannot run here)`,
    ];
  return faultsOfCommand(command);
}

/** `NAME=value` must be a setting, of the API or of a deployment, with a value that it takes; `...` is any value. */
function faultsOfSetting(line: string): string[] {
  const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
  const known: Record<string, { readonly rule: string; parse(text: string): unknown }> = {
    ...settings,
    ...settingsTable,
  };
  const setting = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!setting) return [`there is no setting ${name || line}`];
  const isFine = value === "..." || setting.parse(value) !== undefined;
  return isFine ? [] : [`${line} is refused: it must be ${setting.rule}`];
}

function faultsOfBlock({ language, code, quotes }: Block, before: Block | undefined): string[] {
  if (!LANGUAGES.includes(language))
    return [`a block is "${language}", and only these are checked: ${LANGUAGES.join(", ")}`];
  if (language === "sh") return commandsOf(code).flatMap(faultsOfAnyCommand);
  if (language === "dotenv") return code.trim().split("\n").flatMap(faultsOfSetting);
  if (language === "json" && !isJson(code)) return [`this is no JSON:\n${code}`];
  if (language === "text") {
    if (before?.language !== "sh") return [`this is the output of no command:\n${code}`];
    const [exemption] = commandsOf(before.code).flatMap((command) => exemptionOf(command) ?? []);
    return exemption ? [`this is the output of a command that is not run (${exemption}):\n${code}`] : [];
  }
  if (language === "ts" && quotes) return faultsOfQuote(quotes, code);
  return [];
}

function faultsOfQuote(file: string, code: string): string[] {
  const found = [file, join("packages/gateway", file)].find((candidate) => existsSync(candidate));
  if (!found) return [`there is no ${file}`];
  return readFileSync(found, "utf8") === code ? [] : [`the block is not what ${file} is`];
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
 * Compiles the samples that quote no file, each as if it were the file of an endpoint, and says what the compiler says.
 */
export async function faultsOfSamples(pages: readonly Page[]): Promise<string[]> {
  const samples = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language, quotes }) => language === "ts" && !quotes)
      .map(({ code }, index) => ({ name: `${path.replaceAll(/\W/g, "-")}-${index + 1}.ts`, code })),
  );
  if (samples.length === 0) return [];
  const copy = await copyRepository();
  try {
    const folder = join(copy, "packages/api/src/routes/samples");
    await mkdir(folder);
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../../../../tsconfig.json", include: ["*.ts"] }),
    );
    for (const { name, code } of samples) await writeFile(join(folder, name), code);
    const { status, stdout } = spawnSync(join(copy, "node_modules/.bin/tsc"), ["-p", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    return status === 0 ? [] : stdout.trim().split("\n");
  } finally {
    await rm(copy, { recursive: true });
  }
}
