// Where a request's time went: the gateway's spans, and those that the function has written to its log.

import type { AnsweredExchange } from "../exchange.ts";
import { maskText } from "./masking.ts";

export interface WaterfallRow {
  name: string;
  /** 0 is the gateway. */
  depth: number;
  /** Since the gateway's start of the request. */
  startMilliseconds: number;
  durationMilliseconds: number;
}

interface ShownSpan {
  name: string;
  spanId: string;
  parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  startTime: number;
  durationMilliseconds: number;
}

/** Each span comes before those that it contains. One whose parent is missing stands beside the gateway's. */
export function waterfallOf({ trace, invocation }: AnsweredExchange): WaterfallRow[] {
  const spans: ShownSpan[] = [...trace.spans, ...(invocation?.lines ?? []).flatMap(readSpan)];
  const known = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== undefined && known.has(parentSpanId) ? parentSpanId : undefined,
  );
  const rows: WaterfallRow[] = [];
  const addBelow = (parentSpanId: string | undefined, depth: number) => {
    const children = childrenOf.get(parentSpanId) ?? [];
    childrenOf.delete(parentSpanId);
    for (const { name, spanId, startTime, durationMilliseconds } of children.toSorted(byStart)) {
      const startMilliseconds = startTime - trace.gateway.startTime;
      rows.push({ name, depth, startMilliseconds, durationMilliseconds });
      addBelow(spanId, depth + 1);
    }
  };
  addBelow(undefined, 0);
  return rows;
}

const byStart = (a: ShownSpan, b: ShownSpan) => a.startTime - b.startTime;

/** A line like `{"message":"span","name":"handler","spanId":…,"parentSpanId":…,"startTimeUnixNano":"…","milliseconds":2}`. */
function readSpan(line: string): ShownSpan[] {
  if (!line.includes('"message":"span"')) return [];
  try {
    const { message, name, spanId, parentSpanId, startTimeUnixNano, milliseconds } = JSON.parse(line);
    const startTime = Number(startTimeUnixNano) / 1e6;
    if (message !== "span" || !Number.isFinite(startTime) || !Number.isFinite(milliseconds)) return [];
    return [
      {
        name: maskText(String(name)),
        spanId: String(spanId),
        parentSpanId: parentSpanId === undefined ? undefined : String(parentSpanId),
        startTime,
        durationMilliseconds: milliseconds,
      },
    ];
  } catch {
    return [];
  }
}
