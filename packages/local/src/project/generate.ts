/**
 * `npm run generate` writes the files derived from an API's sources: the list of its routes, the tables and the OpenAPI document
 * in `docs`, and the types of a client in `client`. With `--check` it writes nothing, and fails if a file is out of date.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import { checkVariableNames } from "@lambda-express-api/infra/plan.ts";
import { settingsTable as deploymentSettings } from "@lambda-express-api/infra/settings.ts";
import type { Api, Route, RouteLoaders } from "@lambda-express-api/kit";
import { settings as kitSettings, type Setting } from "@lambda-express-api/kit/config.ts";
import { openApiDocument } from "@lambda-express-api/kit/docs/openapi.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import { describeAccess } from "@lambda-express-api/kit/route/access.ts";
import { clientTypes } from "../client/client-types.ts";
import { isInstalled, RELEASE } from "../optional-modules.ts";

interface RouteFile {
  /** Relative to the routes folder. */
  readonly file: string;
  readonly route: Route;
}

/** Every file that defines a route, by path. Throws for a file that breaks the naming rules. */
async function loadRouteFiles(folder: string): Promise<RouteFile[]> {
  const files = globSync("*/*.ts", { cwd: folder }).filter((file) => !file.endsWith(".test.ts"));
  const found: RouteFile[] = [];
  for (const file of files.sort()) {
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    if (!source.includes("defineRoute(")) continue;
    const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href).catch(
      (error: unknown) => {
        throw new Error(`${file} cannot be loaded: ${error}`, { cause: error });
      },
    );
    const [[name, route] = [], ...others] = Object.entries(exported).filter(([, value]) => isRoute(value));
    if (!route || others.length > 0 || name !== (route as Route).operationId) {
      throw new Error(
        `${file} must define one route, exported under its operation id: export const getOrder = defineRoute({ operationId: "getOrder", ...`,
      );
    }
    const expected = `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
    if (basename(file) !== expected) throw new Error(`${file} defines ${name}; name it ${expected}.`);
    found.push({ file, route: route as Route });
  }
  refuseSameRoute(found);
  return found;
}

/** The list has one entry for each method and path, so a duplicate would disappear. */
function refuseSameRoute(files: readonly RouteFile[]): void {
  const byKey = Map.groupBy(files, ({ route }) => routeKey(route.method, route.path));
  for (const [key, [first, second]] of byKey) {
    if (first && second) throw new Error(`${first.file} and ${second.file} both define ${key}; change one.`);
  }
}

function isRoute(value: unknown): value is Route {
  return typeof value === "object" && value !== null && "operationId" in value && "access" in value;
}

/** The list before this run, loaded by the endpoints' files. */
async function listedRoutes(folder: string): Promise<RouteLoaders> {
  const { routes } = await import(pathToFileURL(join(folder, "routes.ts")).href);
  return routes;
}

/** The API with the endpoints now in the folder, and those from elsewhere. */
function withRoutes(api: Api, listed: RouteLoaders, files: readonly RouteFile[]): Api {
  const others = Object.entries(api.routes).filter(([key]) => !Object.hasOwn(listed, key));
  const own = files.map(({ route }) => [`${route.method} ${route.path}`, async () => route] as const);
  return { ...api, routes: Object.fromEntries([...others, ...own]) };
}

/** As in `biome.json`, so that the written file passes the formatter. */
const LINE_WIDTH = 110;

/** The list is sorted by method and path. */
function routeList(files: readonly RouteFile[]): string {
  const lines = files
    .map(({ file, route }) => {
      const key = `  ${JSON.stringify(`${route.method} ${route.path}`)}: async () =>`;
      const value = `(await import("./${file}")).${route.operationId},`;
      return `${key}${key.length + value.length < LINE_WIDTH ? " " : "\n    "}${value}`;
    })
    .sort();
  return `/** Every endpoint of this API. Written by \`npm run generate\` from the files beside it: never edit it by hand. */
import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
${lines.join("\n")}
};
`;
}

const NOTE = "<!-- Written by `npm run generate`: never edit it by hand. -->";

/** A Markdown table; `|` in a cell is escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function accessTable(routes: readonly Route[]): string {
  const rows = routes.map(({ method, path, access, summary, feature, only }) => [
    `\`${routeKey(method, path)}\``,
    describeAccess(access),
    summary,
    [feature && `\`${feature}\``, only && `${only} only`].filter(Boolean).join(", "),
  ]);
  return `${NOTE}

# Access rules

Any other method or path returns 404. The access tests call every endpoint as every kind of caller.

${table(["Endpoint", "Who may call it", "What it does", "Feature"], rows)}
`;
}

function errorTable({ errors }: Api, folder: string): string {
  const rows = Object.entries(errors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => [
      existsSync(join(folder, `${code}.md`)) ? `[${code}](${code}.md)` : code,
      String(entry.status),
      entry.title,
      entry.gatewayMessage !== undefined ? `\`{"message":"${entry.gatewayMessage}"}\`` : "",
    ]);
  return `${NOTE}

# Errors

Every error of the API has the same form:

\`\`\`json
{
  "error": {
    "code": "001400",
    "title": "Validation Error",
    "message": "One or more incorrect fields",
    "reason": "The request does not match its schema: body username",
    "fields": [{ "in": "body", "name": "username", "message": "is required" }],
    "requestId": "5d62250b-a564-40b8-ae48-49310922026b"
  },
  "message": "The request does not match its schema: body username"
}
\`\`\`

Codes are opaque and stable. \`reason\` is for people and may change. Every error has the top-level \`message\`; API Gateway's own
errors have nothing else. The last column shows the gateway's response if it refuses the same request itself.

${table(["Code", "Status", "Title", "The gateway's own response"], rows)}
`;
}

function settingsPage(api: Api): string {
  const head = ["Variable", "What it is for", "It must be", "Default", "Example"];
  const rowsOf = (settings: Readonly<Record<string, Omit<Setting<unknown>, "parse">>>, whenUnset: string) =>
    Object.entries(settings).map(([name, { description, rule, example, ...setting }]) => [
      `\`${name}\``,
      `${description}${setting.secret ? " Secret." : ""}${setting.fromInfra ? " At AWS its value comes from `infra.ts`." : ""}`,
      rule,
      setting.default !== undefined ? `\`${setting.default}\`` : setting.optional ? "" : whenUnset,
      `\`${example}\``,
    ]);
  const own = rowsOf(api.settings, "**required**");
  return `${NOTE}

# Settings

The environment configures the API. At startup, the API reports all mistakes together, one on each line.
${own.length > 0 ? `\n## Of this API\n\n${table(head, own)}\n\n## Of every API\n` : ""}
${table(head, rowsOf(kitSettings, "**required**"))}

## Of a deployment

\`sst deploy\` reads these settings, and the settings above that identify callers, from the environment, from \`.env.<stage>\`, from \`.env\` and from
\`stages.ts\`, in this order. Put secrets, and values that differ between machines, into the environment, and everything else under the
same names into \`stages.ts\`, where a pull request shows it. \`npm run doctor -- --stage dev\` prints each value and where it comes from. The
stage name is \`mvp\` unless \`AWS_API_GW_STAGE_NAME\` is set. \`RUNTIME\`, \`NODE_ENV\`, \`HOST\` and \`PORT\` are determined by where the API is
deployed. Secret values are read from the same places; SST encrypts them in its state and never prints them. They are not set with
\`sst secret\`, whose names cannot contain an underscore.

${table(head, rowsOf(isInstalled(RELEASE) ? deploymentSettings : withoutDelivery(), ""))}
`;
}

/** For a project that releases code with its own tools. */
function withoutDelivery(): typeof deploymentSettings {
  const settings = Object.entries(deploymentSettings).filter(([, setting]) => !("ofDelivery" in setting));
  return Object.fromEntries(settings) as typeof deploymentSettings;
}

async function openApiFile(api: Api, routes: readonly Route[]): Promise<string> {
  const document = await openApiDocument({ api, routes, config: { demoCallers: [] }, basePath: "" });
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const { values: options } = parseArgs({
  options: {
    api: { type: "string", default: "." },
    docs: { type: "string", default: "docs" },
    check: { type: "boolean", default: false },
  },
});

function put(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  if (options.check) throw new Error(`${relative("", file)} is out of date; run: npm run generate`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

try {
  const { root, apiModule } = apiFolder(options.api);
  const folder = join(root, "src/routes");
  const files = await loadRouteFiles(folder);
  const api = withRoutes(await loadApi({ apiModule }), await listedRoutes(folder), files);
  const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });
  checkVariableNames(routes.map(({ method, path }) => ({ routeKey: routeKey(method, path) })));
  put(join(folder, "routes.ts"), routeList(files));
  const docs = resolve(options.docs);
  put(join(docs, "access.md"), accessTable(routes));
  put(join(docs, "errors/README.md"), errorTable(api, join(docs, "errors")));
  put(join(docs, "settings.md"), settingsPage(api));
  const document = await openApiFile(api, routes);
  put(join(docs, "openapi.json"), document);
  put(join(root, "client/paths.d.ts"), clientTypes(JSON.parse(document)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
