/**
 * Writes what is derived from the sources: the list of routes, and the tables in `docs`. With `--check` it writes
 * nothing and fails, in a sentence, where a file is not what it would write.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";

const ROUTES = "packages/api/src/routes";

interface RouteFile {
  readonly file: string;
  readonly operationId: string;
}

/** Every file that defines a route, by its path. Throws, in a sentence, for one that breaks the naming rules. */
function findRouteFiles(): RouteFile[] {
  const files = globSync(`${ROUTES}/*/*.ts`).filter((file) => !file.endsWith(".test.ts"));
  // As the formatter sorts imports: without the extension, so that a name comes before longer names.
  const name = (file: string) => file.replace(/\.ts$/, "");
  return files
    .sort((a, b) => (name(a) < name(b) ? -1 : 1))
    .flatMap((file) => {
      const source = readFileSync(file, "utf8");
      if (!source.includes("defineRoute(")) return [];
      const operationId = /^export const (\w+) = defineRoute\(\{\s*operationId: "\1",/m.exec(source)?.[1];
      if (!operationId) {
        throw new Error(
          `${file} must define one route, exported under its operation id: export const getOrder = defineRoute({ operationId: "getOrder", ...`,
        );
      }
      const expected = `${operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
      if (basename(file) !== expected)
        throw new Error(`${file} defines ${operationId}; name it ${expected}.`);
      const test = file.replace(/\.ts$/, ".test.ts");
      if (!existsSync(test)) throw new Error(`${file} has no test; write ${test}.`);
      return [{ file, operationId }];
    });
}

function routeList(files: readonly RouteFile[]): string {
  const imports = files.map(
    ({ file, operationId }) => `import { ${operationId} } from "${file.replace(ROUTES, ".")}";`,
  );
  return `/** Every endpoint of this API. Written by \`npm run generate\` from the files beside it: never edit it by hand. */
import type { Route } from "../http/define-route.ts";
${imports.join("\n")}

export const routes: readonly Route[] = [
${files.map(({ operationId }) => `  ${operationId},`).join("\n")}
];
`;
}

const NOTE = "<!-- Written by `npm run generate`: never edit it by hand. -->";

/** A Markdown table; `|` in a cell is escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

async function accessTable(): Promise<string> {
  const { routes } = await import("@lambda-express-api/api/routes/routes.ts");
  const { describeAccess } = await import("@lambda-express-api/kit/route/access.ts");
  const { routeKey } = await import("@lambda-express-api/kit/request/request-path.ts");
  const rows = routes
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ method, path, access, summary, feature }) => [
      `\`${routeKey(method, path)}\``,
      describeAccess(access),
      summary,
      feature ? `\`${feature}\`` : "",
    ]);
  return `${NOTE}

# Who may call what

Anything that is not in this table answers 404. The access tests call every row as every kind of caller, in both runtimes.

${table(["Endpoint", "Who may call it", "What it does", "Feature"], rows)}
`;
}

async function errorTable(): Promise<string> {
  const { catalogue } = await import("@lambda-express-api/kit/errors/catalogue.ts");
  const rows = Object.entries(catalogue)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => [
      `[${code}](${code}.md)`,
      String(entry.status),
      entry.title,
      "gatewayMessage" in entry ? `\`{"message":"${entry.gatewayMessage}"}\`` : "",
    ]);
  return `${NOTE}

# Errors

Every error of the app has the same form, and its code leads to a page here:

\`\`\`json
{
  "error": {
    "code": "001400",
    "title": "Validation Error",
    "message": "One or more incorrect fields",
    "reason": "The request does not fit its schema: body username",
    "fields": [{ "in": "body", "name": "username", "message": "is required" }],
    "requestId": "5d62250b-a564-40b8-ae48-49310922026b"
  },
  "message": "The request does not fit its schema: body username"
}
\`\`\`

Codes are opaque and stable. \`reason\` is for people and may change. The top-level \`message\` is there in every error
whoever wrote it: API Gateway's own errors have nothing else. Where the gateway refuses the same thing by itself, the
last column shows its answer, and the app's \`message\` says the same.

${table(["Code", "Status", "Title", "The gateway's own answer"], rows)}
`;
}

function decisionList(): string {
  const pages = globSync("docs/decisions/0*.md").sort();
  const rows = pages.map((page) => {
    const [, number = "", title = ""] = /^# (\d+)\. (.+)$/m.exec(readFileSync(page, "utf8")) ?? [];
    return [number, `[${title}](${basename(page)})`];
  });
  return `${NOTE}

# Decisions

Why things are as they are: a page for each decision that somebody would question, with its context, the choice, its price,
and what was left out.

${table(["Number", "Decision"], rows)}
`;
}

async function settingsTable(): Promise<string> {
  const { settings } = await import("@lambda-express-api/kit/config.ts");
  const rows = Object.entries(settings).map(([name, setting]) => [
    `\`${name}\``,
    setting.description,
    setting.rule,
    "default" in setting ? `\`${setting.default}\`` : "optional" in setting ? "" : "**required**",
    `\`${setting.example}\``,
  ]);
  const head = ["Variable", "What it is for", "It must be", "Default", "Example"];
  const { settingsTable: deployment } = await import("../packages/infra/src/settings.ts");
  const deploymentRows = Object.entries(deployment).map(([name, setting]) => [
    `\`${name}\``,
    setting.description,
    setting.rule,
    "default" in setting ? `\`${setting.default}\`` : "",
    `\`${setting.example}\``,
  ]);
  return `${NOTE}

# Settings

The API is configured by its environment alone. All mistakes are reported together at the start, one sentence each.

${table(head, rows)}

## Of a deployment

\`sst deploy\` reads these, and those above that say how callers are known, from the environment, from \`.env.<stage>\`
and from \`.env\`, in this order. The stage name is \`mvp\` unless \`AWS_API_GW_STAGE_NAME\` says otherwise; \`RUNTIME\`,
\`NODE_ENV\` and what the container listens on follow from where the API is deployed.

${table(head, deploymentRows)}
`;
}

async function openApiFile(): Promise<string> {
  const { routes } = await import("@lambda-express-api/api/routes/routes.ts");
  const { openApiDocument } = await import("@lambda-express-api/kit/docs/openapi.ts");
  const config = { features: { authEndpoints: true, docs: true }, demoCallers: [] };
  return `${JSON.stringify(await openApiDocument({ routes, config, basePath: "" }), undefined, 2)}\n`;
}

/** Puts each file that a page quotes into the block under its name. */
function withQuotes(page: string): string {
  return readFileSync(page, "utf8").replaceAll(
    /(<!-- (\S+\.ts) -->\n```ts\n)[^`]*?(```)/g,
    (_, head: string, file: string, tail: string) => `${head}${readFileSync(file, "utf8")}${tail}`,
  );
}

const isCheck = process.argv.includes("--check");

function put(file: string, content: string): void {
  if (isCheck) {
    if (!existsSync(file) || readFileSync(file, "utf8") !== content) {
      throw new Error(`${file} is out of date; run: npm run generate`);
    }
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, "utf8") !== content) writeFileSync(file, content);
}

try {
  put(`${ROUTES}/routes.ts`, routeList(findRouteFiles()));
  put("docs/access.md", await accessTable());
  put("docs/errors/README.md", await errorTable());
  put("docs/decisions/README.md", decisionList());
  put("docs/settings.md", await settingsTable());
  put("docs/openapi.json", await openApiFile());
  for (const page of ["README.md", ...globSync("docs/guides/*.md")]) put(page, withQuotes(page));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
