/** `docs/images/benchmarks.svg`: the medians of a run as bars, drawn by Vega-Lite. */
import { GROWING, labelOf, SIZES } from "./candidates.ts";
import type { Results, ServerName } from "./results.ts";
import type { Summary } from "./statistics.ts";

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly isOurs: boolean;
  readonly text: string;
}

/** On its own background, so that it is readable on dark and light pages. */
const PAPER = "#ffffff";
const INK = "#24292f";
const FAINT = "#57606a";
const OURS = "#1a7f37";
const THEIRS = "#8c959f";
const FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif";

const CONFIG = {
  font: FONT,
  view: { stroke: null },
  title: { color: INK, subtitleColor: FAINT, fontSize: 16, subtitleFontSize: 12 },
  axis: {
    labelColor: INK,
    labelFontSize: 12,
    labelLimit: 400,
    labelPadding: 6,
    domain: false,
    ticks: false,
  },
};

/** Draws the chart of a run. */
export const drawChart = (results: Results): Promise<string> => draw(chartOf(results));

/** Draws how a cold start grows with the number of endpoints. */
export const drawGrowth = (results: Results): Promise<string> => draw(growthOf(results));

/** Needs the packages in `bench/package.json`. */
async function draw(chart: object): Promise<string> {
  const { compile } = await library<{ compile(spec: object): { spec: object } }>("vega-lite");
  const vega = await library<{
    parse(spec: object): object;
    View: new (runtime: object, options: object) => { toSVG(): Promise<string> };
  }>("vega");
  const { spec } = compile(chart);
  return new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
}

/** Its types are missing where the type check runs: only a benchmark installs it. */
async function library<Shape>(name: string): Promise<Shape> {
  return import(name);
}

function chartOf(results: Results): object {
  const { processor, node } = results.machine;
  return {
    background: PAPER,
    padding: 20,
    title: {
      text: "This API with all its features, beside bare hello worlds",
      subtitle: `Medians, and a line from quartile to quartile. ${processor}, Node ${node}, ${results.date}`,
      anchor: "start",
      offset: 16,
    },
    vconcat: [
      panel(
        "Cold: import and first response, milliseconds",
        functionBars(results.cold, ({ milliseconds }) => milliseconds, 1),
      ),
      panel(
        "Warm: one invocation, microseconds",
        functionBars(results.warm, ({ microseconds }) => microseconds, 0),
      ),
      panel("Container: requests per second, more is better", serverBars(results)),
    ],
    config: CONFIG,
  };
}

function growthOf({ coldGrowth }: Results): object {
  const values = GROWING.flatMap((name) =>
    [0, ...SIZES].flatMap((endpoints) => {
      const candidate = endpoints === 0 ? name : `${name}-${endpoints}`;
      const row = coldGrowth.find((found) => found.candidate === candidate && found.request === "health");
      return row ? [{ label: labelOf(name), endpoints, milliseconds: row.milliseconds.median }] : [];
    }),
  );
  return {
    background: PAPER,
    padding: 20,
    title: { text: "Cold start by the number of endpoints, milliseconds", anchor: "start", offset: 16 },
    width: 420,
    height: 240,
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "endpoints", type: "quantitative", axis: { title: null, values: [0, ...SIZES] } },
      y: { field: "milliseconds", type: "quantitative", axis: { title: null }, scale: { zero: true } },
      color: {
        field: "label",
        type: "nominal",
        legend: { title: null, labelColor: INK, labelLimit: 400 },
        scale: { domain: GROWING.map(labelOf), range: [OURS, "#4ac26b", THEIRS, "#bf8700"] },
      },
    },
    config: CONFIG,
  };
}

type FunctionRow = Pick<Results["cold"][number], "candidate" | "request">;

/** The fastest first. */
function functionBars<Row extends FunctionRow>(
  rows: readonly Row[],
  measured: (row: Row) => Summary,
  digits: number,
): Bar[] {
  return rows
    .flatMap((row) => {
      const label = functionLabel(row);
      return label ? [bar(label, measured(row), row.candidate.startsWith("product"), digits)] : [];
    })
    .toSorted((a, b) => a.value - b.value);
}

/** Short, and empty for what the chart leaves to the page. */
function functionLabel({ candidate, request }: FunctionRow): string | undefined {
  if (candidate === "bare") return undefined;
  if (!candidate.startsWith("product")) return labelOf(candidate).replace(/,.*/, "");
  if (request !== "health" && request !== "whoAmI") return undefined;
  const endpoint = request === "health" ? "health" : "whoami";
  return `This API, ${endpoint}${candidate === "product" ? "" : ", no code cache"}`;
}

const SERVER_LABELS: Partial<Record<ServerName, string>> = {
  express: "Express",
  product: "This API, whoami",
  "product-two-workers": "This API, whoami, two workers",
};

/** Two workers that share their processors with the callers cannot be compared with one that has its own. */
function serverBars({ container, isRoomForTwoWorkers }: Results): Bar[] {
  return container
    .flatMap(({ server, requestsPerSecond }) => {
      const label = SERVER_LABELS[server];
      const isComparable = isRoomForTwoWorkers || server !== "product-two-workers";
      return label && isComparable ? [bar(label, requestsPerSecond, server.startsWith("product"), 0)] : [];
    })
    .toSorted((a, b) => b.value - a.value);
}

function bar(label: string, summary: Summary, isOurs: boolean, digits: number): Bar {
  return {
    label,
    value: summary.median,
    from: summary.firstQuartile,
    to: summary.thirdQuartile,
    isOurs,
    text: summary.median.toFixed(digits),
  };
}

function panel(title: string, values: readonly Bar[]): object {
  const y = {
    field: "label",
    type: "nominal",
    sort: values.map(({ label }) => label),
    axis: { title: null },
  };
  const x = { field: "value", type: "quantitative", axis: null, scale: { zero: true } };
  return {
    title: { text: title, anchor: "start", frame: "group", fontSize: 13 },
    width: 420,
    height: { step: 24 },
    data: { values },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 2 },
        encoding: {
          y,
          x,
          color: { condition: { test: "datum.isOurs", value: OURS }, value: THEIRS },
        },
      },
      {
        mark: { type: "rule", color: INK },
        encoding: { y, x: { ...x, field: "from" }, x2: { field: "to" } },
      },
      {
        mark: { type: "text", align: "left", dx: 8, color: INK, fontSize: 12 },
        encoding: { y, x: { ...x, field: "to" }, text: { field: "text" } },
      },
    ],
  };
}
