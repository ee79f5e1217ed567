// Runs in the browser: shows what the inspector has kept and adds each request as it is answered. External
// data is set as text, never as markup.

const list = document.querySelector("#requests");
const empty = document.querySelector("#empty");
const state = document.querySelector("#state");
const filter = document.querySelector("#filter");
const template = document.querySelector("#request");
let capacity = Number.POSITIVE_INFINITY;

const events = new EventSource("/_gateway/events");
events.addEventListener("error", () => {
  state.textContent = "Not connected; is the gateway running?";
});
// Comes first on every connection, before the kept and the new requests.
events.addEventListener("start", ({ data }) => {
  capacity = JSON.parse(data).capacity;
  list.replaceChildren();
  showState();
});
events.addEventListener("message", ({ data }) => {
  list.prepend(render(JSON.parse(data)));
  while (list.children.length > capacity) list.lastElementChild.remove();
  showState();
});
filter.addEventListener("input", showState);

function showState() {
  const wanted = filter.value.toLowerCase();
  const items = [...list.children];
  for (const item of items) item.hidden = !item.dataset.searchable.includes(wanted);
  const shown = items.filter((item) => !item.hidden).length;
  const all = items.length === 1 ? "1 request" : `${items.length} requests`;
  state.textContent = shown === items.length ? `Live, ${all}` : `Live, ${shown} of ${all}`;
  empty.hidden = items.length > 0;
}

function render(request) {
  const item = template.content.cloneNode(true).firstElementChild;
  const put = (selector, text, className) => {
    const element = item.querySelector(selector);
    element.textContent = text;
    if (className) element.classList.add(className);
  };
  const { authorizer, answer, event, eventBody } = request;
  put("time", request.time.slice(11, 23));
  put(".status", request.status, statusClass(request.status));
  put(".method", request.method);
  put(".path", request.path);
  put(".route", request.routeKey ?? "no route");
  put(".verdict", verdictText(request), verdictClass(authorizer.verdict));
  const { start } = request.function;
  put(".start", start, start === "cold" || start === "throttled" ? "warn" : undefined);
  put(".duration", `${request.durationMilliseconds} ms`);
  item.querySelector("dl").append(...facts(request));
  item.querySelector(".waterfall").append(...bars(request));
  item.querySelector(".event").hidden = !event;
  put(".event-json", JSON.stringify(event, null, 2));
  item.querySelector(".event-body").hidden = !eventBody;
  put(".event-body pre", eventBody ?? "");
  put(".answer-headers", answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n"));
  put(".answer-body", answer.body === "" ? "(empty)" : answer.body);
  item.querySelector(".log").hidden = request.log.length === 0;
  put(".log-lines", request.log.join("\n"));
  item.querySelector(".copy").addEventListener("click", () => navigator.clipboard.writeText(request.curl));
  // The lines contain Lambda's id.
  const { requestId, traceId, clientRequestId = "", log } = request;
  const ids = [requestId, traceId, clientRequestId];
  const texts = [item.querySelector("summary").textContent, ...ids, ...log];
  item.dataset.searchable = texts.join(" ").toLowerCase();
  return item;
}

function facts(request) {
  const { authorizer } = request;
  const rows = [
    ["Stage", request.stage],
    ["Route", request.routeKey],
    [
      "Authorizer",
      authorizer.verdict === "none" ? authorizer.reason : `${authorizer.verdict}: ${authorizer.reason}`,
    ],
    ["Function", functionFact(request.function)],
    ["Error", request.error],
    ["Request ID", request.requestId],
    ["Trace ID", request.traceId],
    ["Client's id", request.clientRequestId],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .flatMap(([term, value]) => {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = term;
      dd.textContent = value;
      return [dt, dd];
    });
}

/** A row for each span: its name, its length, and a bar at its place in time. */
function bars({ waterfall }) {
  const whole = Math.max(...waterfall.map((span) => span.startMilliseconds + span.durationMilliseconds));
  const percent = (milliseconds) => `${(100 * Math.max(0, milliseconds)) / whole}%`;
  return waterfall.map(({ name, depth, startMilliseconds, durationMilliseconds }) => {
    const row = document.createElement("li");
    const [title, length, track, bar] = ["span", "span", "div", "div"].map((tag) =>
      document.createElement(tag),
    );
    title.textContent = name;
    title.style.paddingInlineStart = `${depth}rem`;
    length.textContent = `${durationMilliseconds.toFixed(1)} ms`;
    bar.style.marginInlineStart = percent(startMilliseconds);
    bar.style.width = percent(durationMilliseconds);
    track.append(bar);
    row.append(title, length, track);
    return row;
  });
}

function functionFact({ start, durationMilliseconds, requestId }) {
  if (durationMilliseconds === undefined) return start;
  return `${start}, ${durationMilliseconds.toFixed(1)} ms, ${requestId}`;
}

function statusClass(status) {
  if (status >= 500) return "bad";
  return status >= 400 ? "warn" : "good";
}

function verdictText({ authorizer, routeKey }) {
  if (authorizer.verdict !== "none") return authorizer.verdict;
  return routeKey === undefined ? "" : "open";
}

function verdictClass(verdict) {
  if (verdict === "refused") return "bad";
  return verdict === "allowed" ? "good" : undefined;
}
