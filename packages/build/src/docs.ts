/**
 * Makes the files of the docs pages: takes the necessary files from swagger-ui-dist and ReDoc, lets
 * swagger-ui-express write its page, puts a version into every URL, and compresses each file in two ways into
 * `packages/kit/assets`, which ships with the kit.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { KIT_ASSETS, KIT_SOURCE } from "./kit-folder.ts";
import { readRedoc } from "./vendored-redoc.ts";

/** The used part of swagger-ui-express, which comes without types. */
interface SwaggerUiExpress {
  generateHTML(document: undefined, options: object): string;
  serveFiles(
    document: undefined,
    options: object,
  ): [(request: { url: string }, response: { set(): void; send(text: string): void }) => void];
}

const PAGES = join(KIT_SOURCE, "docs/pages");
/** The licences ship with the libraries. */
const LICENCES = [
  "swagger-ui-dist/LICENSE",
  "swagger-ui-dist/NOTICE",
  "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
];
const REDOC_LICENCES = ["LICENSE", "redoc.standalone.js.LICENSE.txt"];
/** The next quality takes five times as long and saves 7 %. */
const BROTLI_QUALITY = 9;

const require = createRequire(import.meta.url);
const page = (name: string) => readFileSync(join(PAGES, name));
const library = (path: string) => readFileSync(require.resolve(path));

/** The parts of Swagger UI's own answer that {@link nameRefusal} needs. */
interface SwaggerAnswer {
  data: string;
  readonly body?: { readonly error?: { readonly reason?: string } };
}

/**
 * Runs in the browser. *Authorize* reads `error` as the string of RFC 6749 section 5.2, and reads it in
 * `data`; *Try it out* shows `text`, which stays the API's answer.
 */
function nameRefusal(answer: SwaggerAnswer) {
  const reason = answer.body?.error?.reason;
  if (reason) answer.data = JSON.stringify({ error: reason });
  return answer;
}

/** The parts of Swagger UI's page that {@link showTitle} needs. */
interface SwaggerPage {
  readonly document: { title: string };
  readonly ui: { readonly specSelectors: { info(): { get(name: "title"): string | undefined } } };
}

/**
 * Runs in the browser. These files are the same for all APIs: the page takes its title from the loaded
 * document.
 */
function showTitle() {
  const { document, ui } = globalThis as unknown as SwaggerPage;
  const title = ui.specSelectors.info().get("title");
  if (title) document.title = `${title} · Swagger UI`;
}

/** The parts of Swagger UI that {@link prepareSignIn} and {@link keepSignIn} need. */
interface SwaggerSignIn {
  readonly ui: {
    readonly specSelectors: { specJson(): { toJS(): { components?: { securitySchemes?: SwaggerSchemes } } } };
    initOAuth(options: object): void;
  };
}

interface SwaggerSchemes {
  readonly oauth2?: {
    readonly "x-sign-in"?: {
      readonly clientId: string;
      readonly scopes: readonly string[];
      readonly parameters: Readonly<Record<string, string>>;
    };
  };
}

/** Runs in the browser. The document names the client for the provider's page. */
function prepareSignIn() {
  const { ui } = globalThis as unknown as SwaggerSignIn;
  const signIn = ui.specSelectors.specJson().toJS().components?.securitySchemes?.oauth2?.["x-sign-in"];
  if (!signIn) return;
  ui.initOAuth({
    clientId: signIn.clientId,
    scopes: signIn.scopes,
    additionalQueryStringParams: signIn.parameters,
    usePkceWithAuthorizationCodeGrant: true,
  });
}

/**
 * Runs in the browser, as a plugin. Swagger UI stores a sign-in with everything that was typed; this stores
 * the token, and no password.
 */
function keepSignIn() {
  interface System {
    readonly authSelectors: { authorized(): { toJS(): Record<string, Record<string, unknown>> } };
  }
  const { localStorage } = globalThis as unknown as {
    localStorage: { setItem(name: string, value: string): void };
  };
  return {
    statePlugins: {
      auth: {
        wrapActions: {
          persistAuthorizationIfNeeded: (_original: unknown, system: System) => () => {
            const authorized = system.authSelectors.authorized().toJS();
            for (const signIn of Object.values(authorized)) delete signIn.password;
            localStorage.setItem("authorized", JSON.stringify(authorized));
          },
        },
      },
    },
  };
}

/** Runs in the browser once the document is loaded. */
function onDocument() {
  showTitle();
  prepareSignIn();
}

const SWAGGER_OPTIONS = {
  customSiteTitle: "Swagger UI",
  customfavIcon: "./icon.svg",
  customCss: page("docs.css").toString(),
  swaggerUrl: "openapi.json",
  swaggerOptions: {
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    responseInterceptor: nameRefusal,
    persistAuthorization: true,
    onComplete: onDocument,
  },
};

/** What swagger-ui-express answers for its own script, which it makes from the options. */
function swaggerInit(swaggerUi: SwaggerUiExpress): string {
  let script = "";
  const [middleware] = swaggerUi.serveFiles(undefined, SWAGGER_OPTIONS);
  middleware({ url: "/swagger-ui-init.js" }, { set() {}, send: (text) => (script = text) });
  const made = "var ui = SwaggerUIBundle(swaggerOptions)";
  return [
    replaceKnown(
      script,
      made,
      `swaggerOptions.oauth2RedirectUrl = new URL("docs/oauth2-redirect.html", window.location.href).href
  swaggerOptions.plugins.push(keepSignIn)
  ${made}`,
    ),
    ...[showTitle, prepareSignIn, keepSignIn],
  ].join("\n");
}

/** `replaceAll`, which throws if the text is missing, because the pinned library has then changed. */
function replaceKnown(text: string, known: string, replacement: string): string {
  if (!text.includes(known))
    throw new Error(`Expected ${JSON.stringify(known.slice(0, 80))} in a docs file.`);
  return text.replaceAll(known, replacement);
}

/** Every file except the pages, by its name below `/v1/`. */
function assetFiles(swaggerUi: SwaggerUiExpress): Map<string, Buffer> {
  // ReDoc's footer would fetch its logo from another host.
  const redoc = replaceKnown(
    readRedoc("redoc.standalone.js").toString(),
    "https://cdn.redoc.ly/redoc/logo-mini.svg",
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
  );
  return new Map([
    ["docs/swagger-ui-bundle.js", library("swagger-ui-dist/swagger-ui-bundle.js")],
    ["docs/swagger-ui-standalone-preset.js", library("swagger-ui-dist/swagger-ui-standalone-preset.js")],
    ["docs/swagger-ui-init.js", Buffer.from(swaggerInit(swaggerUi))],
    ["docs/swagger-ui.css", library("swagger-ui-dist/swagger-ui.css")],
    ["docs/oauth2-redirect.html", library("swagger-ui-dist/oauth2-redirect.html")],
    ["docs/oauth2-redirect.js", library("swagger-ui-dist/oauth2-redirect.js")],
    ["docs/icon.svg", page("icon.svg")],
    ["docs/landing.css", page("landing.css")],
    ["docs/landing.js", page("landing.js")],
    ["redoc/redoc.standalone.js", Buffer.from(redoc)],
    ["redoc/redoc-init.js", page("redoc-init.js")],
    ["redoc/redoc.css", page("redoc.css")],
  ]);
}

/**
 * Swagger UI's page links to files beside it, and so do ours; the pages are at `/v1/docs` and `/v1/redoc`, so
 * their files are one level below. Relative links work behind any stage and mapping key.
 */
function pageFiles(swaggerUi: SwaggerUiExpress, versions: Record<string, string>): Map<string, Buffer> {
  const swagger = replaceKnown(
    replaceKnown(swaggerUi.generateHTML(undefined, SWAGGER_OPTIONS), "./", "./docs/"),
    "<head>",
    '<head>\n  <meta name="viewport" content="width=device-width, initial-scale=1">',
  );
  const pages = { "docs.html": swagger.trimStart(), "redoc.html": page("redoc.html").toString() };
  return new Map(
    Object.entries(pages).map(([name, html]) => [name, Buffer.from(withVersions(name, html, versions))]),
  );
}

function withVersions(name: string, html: string, versions: Record<string, string>): string {
  return html.replaceAll(/(["'])\.\/([\w./-]+)\1/g, (_, quote: string, file: string) => {
    const version = versions[file];
    if (!version) throw new Error(`${name} links to ${file}, which is not shipped.`);
    return `${quote}${file}?v=${version}${quote}`;
  });
}

function versionsOf(files: Map<string, Buffer>): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([name, content]) => [
      name,
      createHash("sha256").update(content).digest("base64url").slice(0, 12),
    ]),
  );
}

async function write(name: string, content: Buffer): Promise<void> {
  const file = join(KIT_ASSETS, name);
  mkdirSync(dirname(file), { recursive: true });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(content, { params }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  writeFileSync(`${file}.br`, brotli);
  writeFileSync(`${file}.gz`, zipped);
}

function writeLicence(name: string, content: Buffer): void {
  writeFileSync(join(KIT_ASSETS, `${name.replaceAll("/", "-").replace(/\.txt$/, "")}.txt`), content);
}

const swaggerUi: SwaggerUiExpress = require("swagger-ui-express");
const assets = assetFiles(swaggerUi);
const versions = versionsOf(assets);
const pages = pageFiles(swaggerUi, versions);
rmSync(KIT_ASSETS, { recursive: true, force: true });
await Promise.all([...assets, ...pages].map(([name, content]) => write(name, content)));
for (const name of LICENCES) writeLicence(name, library(name));
for (const name of REDOC_LICENCES) writeLicence(`redoc/${name}`, readRedoc(name));
writeFileSync(
  join(KIT_ASSETS, "docs-pages.json"),
  `${JSON.stringify({ ...versions, ...versionsOf(pages) }, undefined, 2)}\n`,
);
