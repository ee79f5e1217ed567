/** Exports the local gateway's spans of each request, in the same trace as the function's. In the cloud, an HTTP API has no spans. */
import { mistakeIn } from "@lambda-express-api/build/api-folder.ts";
import type { AnsweredExchange } from "@lambda-express-api/gateway";
import type { Api } from "@lambda-express-api/kit";
import type { Config } from "@lambda-express-api/kit/config.ts";
import { createLog } from "@lambda-express-api/kit/log.ts";
import type { MeasuredSpan } from "@lambda-express-api/kit/tracing/measured-spans.ts";
import { PlainError } from "../command.ts";

type Span = AnsweredExchange["trace"]["spans"][number];

/**
 * Prepares the export to the destination of the API's own spans.
 *
 * @returns `undefined` if tracing is off; then OpenTelemetry is not loaded.
 * @throws PlainError if tracing is on and cannot be loaded, before a caller gets a 500.
 */
export async function createGatewaySpans(
  { name, version, tracing }: Pick<Api, "name" | "version" | "tracing">,
  { traces }: Pick<Config, "traces">,
  print: (line: string) => void,
): Promise<((exchange: AnsweredExchange) => void) | undefined> {
  // The handler refuses to start without `tracing`.
  if (!traces || !tracing) return undefined;
  const { sendMeasuredSpans } = await tracing()
    .then(() => import("@lambda-express-api/kit/tracing/measured-spans.ts"))
    .catch((error) => {
      throw new PlainError(
        `Traces are on, but loading the module in defineApi's \`tracing\` fails: ${mistakeIn(error)}; install the packages listed in the guide "Traces", or set OTEL_TRACES_EXPORTER=none.`,
      );
    });
  const log = createLog((line) => print(line.trimEnd()));
  const { send } = sendMeasuredSpans({ service: { name: `${name} gateway`, version }, log, ...traces });
  return (exchange) => {
    const { spans, isSampled } = exchange.trace;
    if (isSampled) void send(spans.map((span) => measured(span, exchange)));
  };
}

/** Names and attributes follow the semantic conventions for HTTP and FaaS. */
function measured(span: Span, exchange: AnsweredExchange): MeasuredSpan {
  const { request, route, answer, invocation, integrationError, trace } = exchange;
  const common = { ...span, traceId: trace.traceId, attributes: {}, hasFailed: false };
  if (span.name === "function")
    return {
      ...common,
      kind: "CLIENT",
      hasFailed: integrationError !== undefined,
      attributes: {
        "faas.invocation_id": invocation?.requestId,
        "faas.coldstart": invocation?.isColdStart,
      },
    };
  if (span.name !== "gateway") return { ...common, kind: "INTERNAL" };
  const path = route?.routeKey.split(" ")[1];
  return {
    ...common,
    name: path ? `${request.method} ${path}` : request.method,
    kind: "SERVER",
    hasFailed: answer.statusCode >= 500,
    attributes: {
      "http.request.method": request.method,
      "http.route": path,
      "http.response.status_code": answer.statusCode,
      "url.path": request.path,
      "server.address": request.domainName,
    },
  };
}
