// The buttons of the landing page: sign in as one of the demo callers, and call an endpoint as whoever is signed in.

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
  for (const other of callers.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
  if (isOut) return say(output, "Nobody is signed in.");
  const { username, password } = button.dataset;
  const { ok, body } = await call(callers.dataset.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  if (!ok) return say(output, body.message ?? "That did not work.", true);
  token = body.access_token;
  button.setAttribute("aria-pressed", "true");
  say(output, `Signed in as ${username}. The calls below are theirs now.`);
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
