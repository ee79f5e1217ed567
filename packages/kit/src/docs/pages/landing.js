// The buttons of the landing page: sign in as a demo caller, and call an endpoint as the signed-in caller.

const callers = document.querySelector(".callers");
let token;

function say(output, text, isError = false) {
  output.hidden = false;
  output.textContent = text;
  output.classList.toggle("error", isError);
}

async function call(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return {
    ok: response.ok,
    status: response.status,
    body: isJson ? JSON.parse(text) : text.slice(0, 300),
  };
}

async function signIn(button) {
  const output = callers.querySelector("output");
  const isOut = button.getAttribute("aria-pressed") === "true";
  token = undefined;
  // Earlier answers were another caller's.
  for (const answer of document.querySelectorAll("article output")) answer.hidden = true;
  for (const other of callers.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
  if (isOut) return say(output, "Not signed in.");
  if (callers.dataset.authorizationUrl) {
    token = await signInAtPage(callers.dataset);
    button.setAttribute("aria-pressed", "true");
    return say(output, "Signed in. The requests below now use your token.");
  }
  const { username, password } = button.dataset;
  const { ok, body } = await call(callers.dataset.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  if (!ok) return say(output, body.message ?? "The request failed.", true);
  token = body.access_token;
  button.setAttribute("aria-pressed", "true");
  say(output, `Signed in as ${username}. The requests below now use this account.`);
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

// Authorization code with PKCE (RFC 7636), in a separate window. It returns to Swagger UI's page, which
// passes the code to `swaggerUIRedirectOauth2`: the client at the provider has one return address.
async function signInAtPage({ authorizationUrl, tokenUrl, tokenName, clientId, redirect }) {
  const verifier = random();
  const state = random();
  const redirectUri = new URL(redirect, location.href).href;
  const challenge = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const url = new URL(authorizationUrl);
  for (const [name, value] of Object.entries({
    response_type: "code",
    redirect_uri: redirectUri,
    state,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  }))
    url.searchParams.set(name, value);
  const code = await new Promise((resolve, reject) => {
    window.swaggerUIRedirectOauth2 = {
      auth: { name: "oauth2", schema: new Map([["flow", "authorizationCode"]]) },
      state,
      redirectUrl: redirectUri,
      callback: ({ auth }) => resolve(auth.code),
      errCb: ({ message }) => reject(new Error(message)),
    };
    window.open(url);
  });
  const { ok, body } = await call(tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    }),
  });
  if (!ok) throw new Error(body.error_description ?? body.error ?? "The provider rejected the sign-in.");
  return body[tokenName];
}

async function callEndpoint(button) {
  const headers = { accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const { ok, status, body } = await call(button.dataset.call, { headers });
  const text = typeof body === "string" ? body : JSON.stringify(body, undefined, 2);
  say(button.nextElementSibling, `${status}\n${text}`, !ok);
}

function onClick(button, action) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await action(button);
    } catch (error) {
      say(button.parentElement.querySelector("output"), String(error), true);
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
}

if (callers) {
  callers.hidden = false;
  for (const button of callers.querySelectorAll("button")) onClick(button, signIn);
}
for (const button of document.querySelectorAll("[data-call]")) {
  button.hidden = false;
  onClick(button, callEndpoint);
}
