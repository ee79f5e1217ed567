/** The API's root in a browser: what this API is, its endpoints, and lines that call them. */
import type { Config, DemoCaller } from "../config.ts";
import { publicPath } from "../request/request-path.ts";
import { describeAccess } from "../route/access.ts";
import type { HandlerContext, Route } from "../route/define-route.ts";
import { curlLine, signInLines } from "./curl-lines.ts";
import { byPurpose } from "./endpoint-order.ts";
import { fileVersion } from "./files.ts";
import type { SignInPage } from "./sign-in-page.ts";

export interface LandingPageOptions extends Pick<HandlerContext, "origin" | "basePath"> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The path above the docs. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  readonly config: Pick<Config, "demoCallers">;
  /** The provider's page, for callers who sign in there. */
  readonly signInPage?: SignInPage | undefined;
}

/** Writes the page. It needs its style sheet and script, which are among the docs files. */
export function landingPage(options: LandingPageOptions): string {
  const { name, version, description, prefix, routes, config, origin, basePath, signInPage } = options;
  const baseUrl = origin + basePath;
  const root = basePath + prefix;
  const tokenPath = routes.find(({ role }) => role === "token")?.path;
  const [firstCaller] = config.demoCallers;
  const file = (name: string) => `${root}/docs/${name}?v=${fileVersion(`docs/${name}`)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(name)}</title>
<link rel="icon" href="${safe(file("icon.svg"))}">
<link rel="stylesheet" href="${safe(file("landing.css"))}">
<script type="module" src="${safe(file("landing.js"))}"></script>
</head>
<body>
<header>
<h1>${safe(name)} <small>${safe(version)}</small></h1>
<p>${safe(description)}</p>
<nav aria-label="Documentation">
<a href="${safe(root)}/docs">Swagger UI</a>
<a href="${safe(root)}/redoc">ReDoc</a>
<a href="${safe(root)}/openapi.json">OpenAPI</a>
</nav>
</header>
<main>
${tokenPath ? signIn(baseUrl + tokenPath, firstCaller, demoCallers(config.demoCallers, basePath + tokenPath)) : ownToken(signInPage, root)}
<section aria-labelledby="endpoints">
<h2 id="endpoints">Endpoints</h2>
${routes
  .toSorted(byPurpose)
  .map((route) =>
    endpoint(route, baseUrl, basePath, config.demoCallers.length > 0 || signInPage !== undefined),
  )
  .join("\n")}
</section>
</main>
</body>
</html>
`;
}

/** Replaces {@link signIn} where the API has no token endpoint. */
function ownToken(page: SignInPage | undefined, root: string): string {
  const explained =
    "<p>In the curl commands below, <code>$TOKEN</code> is an access token from your identity provider.</p>";
  if (!page) return explained;
  const { authorizationUrl, tokenUrl, clientId, scopes, parameters, tokenName } = page;
  const data = {
    "authorization-url": `${authorizationUrl}?${new URLSearchParams({ ...parameters, client_id: clientId, scope: scopes.join(" ") })}`,
    "token-url": tokenUrl,
    "token-name": tokenName,
    "client-id": clientId,
    redirect: `${root}/docs/oauth2-redirect.html`,
  };
  const attributes = Object.entries(data).map(([name, value]) => `data-${name}="${safe(value)}"`);
  return `<section aria-labelledby="sign-in">
<h2 id="sign-in">Sign in</h2>
<div class="callers" role="group" aria-label="Sign in" ${attributes.join(" ")} hidden>
<button type="button" aria-pressed="false">Sign in</button>
<output>Not signed in.</output>
</div>
${explained}
</section>`;
}

function signIn(tokenUrl: string, caller: DemoCaller | undefined, buttons: string): string {
  return `<section aria-labelledby="sign-in">
<h2 id="sign-in">Sign in</h2>
${buttons}<p>Before you use the curl commands below, run this in your shell:</p>
${code(signInLines(tokenUrl, caller).join("\n"))}
</section>`;
}

function demoCallers(callers: readonly DemoCaller[], tokenPath: string): string {
  if (callers.length === 0) return "";
  const buttons = callers.map(
    ({ username, password }) =>
      `<button type="button" aria-pressed="false" data-username="${safe(username)}" data-password="${safe(password)}">${safe(username)}</button>`,
  );
  return `<div class="callers" role="group" aria-label="Demo callers" data-token-url="${safe(tokenPath)}" hidden>
${buttons.join("\n")}
<output>Not signed in.</output>
</div>
`;
}

function endpoint(route: Route, baseUrl: string, basePath: string, isCallable: boolean): string {
  const { method, path, operationId, access, summary, deprecated, only } = route;
  const url = safe(basePath + publicPath(path));
  const isSimple = method === "GET" && !path.includes("{") && access.type !== "iam" && !only;
  return `<article id="${safe(operationId)}">
<h3><span class="method">${method}</span> <code>${safe(publicPath(path))}</code></h3>
<p>${deprecated ? "<strong>Deprecated.</strong> " : ""}${safe(summary)} ${only ? "<strong>Only in a container.</strong> " : ""}<span class="access" data-type="${access.type}">for ${safe(describeAccess(access))}</span></p>
${code(curlLine(route, baseUrl))}
${isCallable && isSimple ? `<button type="button" data-call="${url}" hidden>Send request</button>\n<output hidden></output>\n` : ""}</article>`;
}

function code(lines: string): string {
  return `<pre tabindex="0"><code>${safe(lines)}</code></pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function safe(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
