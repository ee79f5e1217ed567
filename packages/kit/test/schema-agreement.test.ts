/**
 * The OpenAPI document and validation agree: for every kind of schema in every place, either both accept the
 * same values, or the definition is refused with a message that names operation and field.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ajv2020 } from "@redocly/ajv/dist/2020.js";
import fc from "fast-check";
import * as z from "zod";
import { openApiDocument } from "../src/docs/openapi.ts";
import { parseQuery } from "../src/request/fields.ts";
import { anyone } from "../src/route/access.ts";
import { replyFault } from "../src/route/check-reply.ts";
import type { RequestSchemas, ResponseContracts, Route } from "../src/route/define-route.ts";
import { parseRequest } from "../src/route/validate.ts";
import { apiOf } from "./fixtures/api.ts";
import { KINDS, type Kind, PLACES, type PlaceName, TOLD_IN_WORDS } from "./support/schema-kinds.ts";

const RUNS_EACH = 60;

/** An endpoint that has the schema in one place, as the field `value`. */
function probe(place: PlaceName, value: z.ZodType): Route {
  const part = z.object({ value });
  const parts: Readonly<Record<PlaceName, RequestSchemas>> = {
    path: { params: part },
    query: { query: part },
    header: { headers: part },
    json: { body: part },
    form: { body: part },
    answer: {},
  };
  const schema = place === "answer" ? part : z.object({});
  return {
    operationId: "probe",
    method: "POST",
    path: place === "path" ? "/v1/probe/{value}" : "/v1/probe",
    summary: "Takes a value.",
    consumes: [place === "form" ? "application/x-www-form-urlencoded" : "application/json"],
    request: () => parts[place],
    responses: () => ({ 200: { description: "It.", schema } }),
    ...anyone(async () => ({ status: 200, body: {} })),
  };
}

interface Documented {
  readonly faults: readonly string[];
  /** Whether the document allows a value; `undefined` is a missing one. */
  readonly allows: (value: unknown) => boolean;
  readonly schema: unknown;
}

const ajv = new Ajv2020({
  strict: false,
  logger: false,
  formats: { "date-time": (text: string) => isDay(text.slice(0, 10)) },
});

function isDay(day: string): boolean {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return date >= 1 && date <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

async function documented(place: PlaceName, value: z.ZodType): Promise<Documented> {
  const faults: string[] = [];
  const document = await openApiDocument({
    api: apiOf([]),
    routes: [probe(place, value)],
    config: { demoCallers: [] },
    basePath: "",
    onFault: (fault) => faults.push(fault),
  });
  const operation = Object(Object.values(document.paths ?? {})[0]).post;
  const content = place === "answer" ? operation.responses[200].content : operation.requestBody?.content;
  const [media] = Object.values<{ schema?: object }>(content ?? {});
  const [parameter] = operation.parameters ?? [];
  const schema = parameter
    ? { properties: { value: parameter.schema }, required: parameter.required ? ["value"] : [] }
    : (media?.schema ?? {});
  const text = JSON.stringify({ ...schema, $defs: document.components?.schemas });
  const validate = ajv.compile(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
  return { faults, schema, allows: (given) => validate(JSON.parse(JSON.stringify({ value: given }))) };
}

/** Whether the endpoint accepts it. */
function takes(schemas: RequestSchemas, raw: object, isText = false): boolean {
  const empty = { params: {}, query: {}, headers: {}, cookies: {}, body: undefined };
  try {
    parseRequest(schemas, { ...empty, ...raw, isText });
    return true;
  } catch (error) {
    assert.equal(Object(error).code?.slice(3), "400", String(error));
    return false;
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The values that a text may mean to a reader of the document. */
function meanings(text: string): unknown[] {
  const asNumber = NUMBER.test(text) && Number.isFinite(Number(text)) ? [Number(text)] : [];
  return [text, ...asNumber, ...(text === "true" ? [true] : text === "false" ? [false] : [])];
}

function meaningsOf([first = "", ...rest]: readonly string[]): unknown[] {
  const lists = rest.reduce<unknown[][]>(
    (found, text) => found.flatMap((list) => meanings(text).map((meaning) => [...list, meaning])),
    meanings(first).map((meaning) => [meaning]),
  );
  return rest.length === 0 ? [...lists.flat(), ...lists] : lists;
}

type Verdict = { readonly allows: boolean; readonly takes: boolean };

/** The verdicts of the document and the endpoint on texts in a place. */
function ofTexts(
  place: PlaceName,
  document: Documented,
  schemas: RequestSchemas,
  texts: readonly string[],
): Verdict {
  const query = String(new URLSearchParams(texts.map((text): [string, string] => ["value", text])));
  const value = texts[0];
  const raw = {
    path: { params: { value } },
    header: { headers: value === undefined ? {} : { value } },
    query: { query: parseQuery(query) },
    form: { body: { ...parseQuery(query) } },
  }[place as "path"];
  const allows =
    texts.length === 0
      ? document.allows(undefined)
      : meaningsOf(texts).some((meaning) => document.allows(meaning));
  return { allows, takes: takes(schemas, raw, place === "form") };
}

function ofValue(place: PlaceName, document: Documented, route: Route, value: unknown): Verdict {
  if (place === "json") {
    const body = JSON.parse(JSON.stringify({ value }));
    return { allows: document.allows(value), takes: takes(route.request?.(z) ?? {}, { body }) };
  }
  const fault = replyFault(route.responses(z) as ResponseContracts, { status: 200, body: { value } });
  // The document allows future fields; the check does not.
  const isRefused = fault !== undefined && !fault.startsWith("not in the schema");
  const allows = document.allows(value);
  return { allows, takes: !isRefused };
}

/** Eighths: validators disagree about numbers that floating point rounds. */
const number = fc.oneof(
  fc.integer(),
  fc.integer().map((eighths) => eighths / 8),
);

/** zod drops the name `__proto__` everywhere. */
const json = fc
  .anything({
    maxDepth: 2,
    values: [fc.constant(null), fc.boolean(), number, fc.string({ unit: "grapheme" })],
  })
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "05",
    "+5",
    "0x10",
    "1e3",
    "1e999",
    "true",
    "TRUE",
    "false",
    "null",
    "NaN",
  ),
);

/** A sample with something removed, added, doubled or in another case. */
function mutated(sample: string): fc.Arbitrary<string> {
  const edited = fc
    .tuple(fc.nat(sample.length), fc.nat(3), fc.string({ maxLength: 2 }))
    .map(([at, cut, added]) => sample.slice(0, at) + added + sample.slice(at + cut));
  return fc.oneof(edited, fc.constantFrom(sample.toUpperCase(), sample + sample));
}

function values({ samples }: Kind): fc.Arbitrary<unknown> {
  const sample = fc.constantFrom(...samples);
  return fc.oneof(
    sample,
    sample.chain((given) => near(given)),
    fc.oneof(fc.constant(undefined), json, number, text),
  );
}

/** A date is text on the wire, and a `Date` for the handler and the check. */
function valuesFor(place: PlaceName, kind: Kind): fc.Arbitrary<unknown> {
  const isDate = place === "answer" && kind.samples[0] instanceof Date;
  return isDate ? values(kind).filter((value) => typeof value !== "string") : values(kind);
}

/** A value that is close to the sample. */
function near(sample: unknown): fc.Arbitrary<unknown> {
  if (typeof sample === "string") return mutated(sample);
  if (typeof sample === "number")
    return fc.oneof(
      fc.constantFrom(sample + 1, sample - 1, sample + 0.5, -sample, String(sample)),
      fc.constant([sample]),
    );
  if (Array.isArray(sample))
    return fc
      .tuple(fc.nat(sample.length), fc.oneof(json, fc.constantFrom(...sample, null)))
      .chain(([at, item]) =>
        fc.constantFrom([...sample, item], sample.toSpliced(at, 1), sample.toSpliced(at, 1, item), {
          ...sample,
        }),
      );
  if (typeof sample === "object" && sample !== null && !(sample instanceof Date)) {
    const names = Object.keys(sample);
    const other = fc.oneof(json, fc.constant(undefined));
    return fc
      .tuple(fc.constantFrom(...names, "b", "extra", "1"), other)
      .map(([name, value]) => ({ ...sample, [name]: value }));
  }
  return fc.constantFrom<unknown>(String(sample), [sample], null, { value: sample });
}

/** The texts of a value. */
function texts(kind: Kind): fc.Arbitrary<readonly string[]> {
  return values(kind).chain((value): fc.Arbitrary<readonly string[]> => {
    if (value === undefined) return fc.constant<readonly string[]>([]);
    const items = (Array.isArray(value) ? value : [value]).map((item) =>
      item instanceof Date
        ? item.toISOString()
        : typeof item === "object"
          ? JSON.stringify(item)
          : String(item),
    );
    return fc.constant(items.slice(0, 3));
  });
}

function canBeSent(place: PlaceName, [first, ...rest]: readonly string[]): boolean {
  if (place === "path") return first !== undefined && first !== "" && rest.length === 0;
  if (place === "header")
    return rest.length === 0 && /^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$/.test(first ?? "");
  return true;
}

describe("the document and validation agree", () => {
  for (const kind of KINDS) {
    it(`on ${kind.name}`, async () => {
      for (const place of PLACES) {
        const document = await documented(place, kind.schema());
        const isCarried = document.faults.length === 0;
        assert.equal(isCarried, kind.carried.includes(place), `${place}: ${document.faults}`);
        for (const fault of document.faults)
          assert.match(fault, /^probe: (path|query|header|body|response 200 \S+) value/);
        if (!isCarried) continue;
        const route = probe(place, kind.schema());
        const seen = new Set<boolean>();
        const agree = ({ allows, takes }: Verdict, given: unknown) => {
          seen.add(takes);
          const agrees = kind.isNamedFormat ? allows || !takes : allows === takes;
          assert.ok(
            agrees,
            `${place} ${JSON.stringify(given)}: document ${allows}, validation ${takes}; ${JSON.stringify(document.schema)}`,
          );
        };
        if (place === "json" || place === "answer") {
          fc.assert(
            fc.property(valuesFor(place, kind), (value) =>
              agree(ofValue(place, document, route, value), value),
            ),
            { numRuns: RUNS_EACH },
          );
        } else {
          const sendable = texts(kind).filter((given) => canBeSent(place, given));
          fc.assert(
            fc.property(sendable, (given) =>
              agree(ofTexts(place, document, route.request?.(z) ?? {}, given), given),
            ),
            { numRuns: RUNS_EACH },
          );
        }
        if (kind.takes === "some")
          assert.deepEqual([...seen].sort(), [false, true], `${place} has seen only one verdict`);
      }
    });
  }
});

describe("a rule without a keyword", () => {
  for (const { name, schema, places } of TOLD_IN_WORDS) {
    it(`needs a description: ${name}`, async () => {
      for (const place of places ?? (["json"] as const)) {
        const silent = await documented(place, schema());
        assert.match(
          silent.faults.join(),
          /^probe: .+ value: .+; describe it in \.meta\(\{ description \}\)$/,
        );
        const told = await documented(place, schema().meta({ description: "Only what is right." }));
        assert.deepEqual(told.faults, []);
        assert.match(JSON.stringify(told.schema), /Only what is right\./);
      }
    });
  }
});
