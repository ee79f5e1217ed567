/** Every kind of schema that zod has, with samples that match it and others that almost do. */
import * as z from "zod";

export const PLACES = ["path", "query", "header", "json", "form", "answer"] as const;
export type PlaceName = (typeof PLACES)[number];

export interface Kind {
  readonly name: string;
  readonly schema: () => z.ZodType;
  /** The places where a value of this kind is possible. In the others the definition is refused. */
  readonly carried: readonly PlaceName[];
  readonly samples: readonly [unknown, ...unknown[]];
  /** Whether there are values that it accepts and others that it refuses. Default: some. */
  readonly takes: "some" | "all or none";
  /**
   * The document has only the format's name, whose rule is more than a pattern: validation may refuse what
   * the document allows.
   */
  readonly isNamedFormat: boolean;
}

type Carried = "everywhere" | "lists" | "json" | "text" | "nowhere" | readonly PlaceName[];

const CARRIED: Readonly<Record<Exclude<Carried, readonly PlaceName[]>, readonly PlaceName[]>> = {
  everywhere: PLACES,
  lists: ["query", "json", "form", "answer"],
  json: ["json", "answer"],
  text: ["path", "query", "header", "form"],
  nowhere: [],
};

const kinds: Kind[] = [];

function kind(
  name: string,
  carried: Carried,
  schema: () => z.ZodType,
  samples: Kind["samples"],
  more: Partial<Pick<Kind, "takes" | "isNamedFormat">> = {},
): void {
  const places = typeof carried === "string" ? CARRIED[carried] : carried;
  kinds.push({ name, schema, carried: places, samples, takes: "some", isNamedFormat: false, ...more });
}

const ANYTHING = { takes: "all or none" } as const;
const NAMED = { isNamedFormat: true } as const;
const JWT = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
const UUID = "0190163d-8694-739b-aea5-966c26f8ad91";

// Strings.
kind("z.string()", "everywhere", () => z.string(), ["a", 1], ANYTHING);
kind("a string of a length", "everywhere", () => z.string().min(2).max(4), ["abc", "abcde", "😀😀", "😀"]);
kind("a string of one length", "everywhere", () => z.string().length(3), ["abc", "ab"]);
kind("z.nonempty()", "everywhere", () => z.string().nonempty(), ["a", ""], ANYTHING);
kind("a pattern", "everywhere", () => z.string().regex(/^[a-z]+$/), ["abc", "ab1"]);
kind("two patterns", "everywhere", () => z.string().regex(/^a/).regex(/z$/), ["abz", "ab", "bz"]);
kind("a pattern with a flag", "nowhere", () => z.string().regex(/^a$/i), ["a"]);
kind("a pattern that is invalid with the flag u", "nowhere", () => z.string().regex(/^[\w-.]+$/), ["a"]);
kind("startsWith", "everywhere", () => z.string().startsWith("a."), ["a.b", "ab"]);
kind("endsWith", "everywhere", () => z.string().endsWith(".z"), ["b.z", "bz"]);
kind("includes", "everywhere", () => z.string().includes("+"), ["a+b", "ab"]);
kind("lowercase", "everywhere", () => z.string().lowercase(), ["ab", "aB"]);
kind("uppercase", "everywhere", () => z.string().uppercase(), ["AB", "aB"]);
kind("trim", "everywhere", () => z.string().trim(), ["ab", " ab "], ANYTHING);
kind("toLowerCase", "everywhere", () => z.string().toLowerCase(), ["AB", "ab"], ANYTHING);
kind("normalize", "everywhere", () => z.string().normalize(), ["ab"], ANYTHING);
kind("z.coerce.string()", "nowhere", () => z.coerce.string(), ["a"]);
kind("z.email()", "everywhere", () => z.email(), ["a@example.com", "a@b"]);
kind("z.guid()", "everywhere", () => z.guid(), [UUID, "x"]);
kind("z.uuid()", "everywhere", () => z.uuid(), [UUID, "x"]);
kind("z.uuidv4()", "everywhere", () => z.uuidv4(), ["5d62250b-a564-40b8-ae48-49310922026b", UUID]);
kind("z.uuidv6()", "everywhere", () => z.uuidv6(), ["1ec9414c-232a-6b00-b3c8-9e6bdeced846", UUID]);
kind("z.uuidv7()", "everywhere", () => z.uuidv7(), [UUID, "x"]);
kind("z.url()", "everywhere", () => z.url(), ["https://example.com/a", "example.com"], NAMED);
// No header can contain one.
kind("z.emoji()", "everywhere", () => z.emoji(), ["😀", "a"], ANYTHING);
kind("z.nanoid()", "everywhere", () => z.nanoid(), ["V1StGXR8_Z5jdHi6B-myT", "x"]);
kind("z.cuid()", "everywhere", () => z.cuid(), ["cjld2cjxh0000qzrmn831i7rn", "x"]);
kind("z.cuid2()", "everywhere", () => z.cuid2(), ["tz4a98xxat96iws9zmbrgj3a", "X"]);
kind("z.ulid()", "everywhere", () => z.ulid(), ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "x"]);
kind("z.xid()", "everywhere", () => z.xid(), ["9m4e2mr0ui3e8a215n4g", "x"]);
kind("z.ksuid()", "everywhere", () => z.ksuid(), ["0ujtsYcgvSTl8PAuAdqWYSMnLOv", "x"]);
kind("z.ipv4()", "everywhere", () => z.ipv4(), ["192.0.2.1", "256.0.0.1"]);
kind("z.ipv6()", "everywhere", () => z.ipv6(), ["2001:db8::1", "::ffff:192.0.2.1", "x"], NAMED);
kind("z.mac()", "everywhere", () => z.mac(), ["00:1A:2B:3C:4D:5E", "x"]);
kind("z.cidrv4()", "everywhere", () => z.cidrv4(), ["192.0.2.0/24", "192.0.2.0/33"]);
kind("z.cidrv6()", "everywhere", () => z.cidrv6(), ["2001:db8::/32", "2001:db8::/129"], NAMED);
kind("z.base64()", "everywhere", () => z.base64(), ["aGVsbG8=", "aGVsbG8"]);
kind("z.base64url()", "everywhere", () => z.base64url(), ["aGVsbG8", "a+b="]);
kind("z.e164()", "everywhere", () => z.e164(), ["+491701234567", "0170"]);
kind("z.creditCard()", "everywhere", () => z.creditCard(), ["4111111111111111", "1"], NAMED);
kind("z.iban()", "everywhere", () => z.iban(), ["DE89370400440532013000", "DE"], NAMED);
kind("z.jwt()", "everywhere", () => z.jwt(), [JWT, "a.b.c"], NAMED);
kind("z.hostname()", "everywhere", () => z.hostname(), ["example.com", "-a"]);
kind("z.hex()", "everywhere", () => z.hex(), ["0aF", "0g"]);
kind("z.currencyCode()", "everywhere", () => z.currencyCode(), ["EUR", "XYZ"]);
kind("z.hash()", "everywhere", () => z.hash("md5"), ["d41d8cd98f00b204e9800998ecf8427e", "x"]);
kind("z.stringFormat() of a pattern", "everywhere", () => z.stringFormat("sku", /^[A-Z]-\d$/), [
  "A-1",
  "a-1",
]);
kind("z.iso.date()", "everywhere", () => z.iso.date(), ["2024-02-29", "2023-02-29"]);
kind("z.iso.time()", "everywhere", () => z.iso.time(), ["10:20:30", "25:00"]);
kind("z.iso.datetime()", "everywhere", () => z.iso.datetime(), [
  "2024-02-29T10:20:30Z",
  "2024-02-29T10:20:30+01:00",
]);
kind("z.iso.datetime() with an offset", "everywhere", () => z.iso.datetime({ offset: true }), [
  "2024-02-29T10:20:30+01:00",
  "2024-02-30T10:20:30Z",
]);
kind("z.iso.duration()", "everywhere", () => z.iso.duration(), ["P1DT2H", "P"]);
kind("z.templateLiteral()", "everywhere", () => z.templateLiteral(["v", z.int()]), ["v12", "vx"]);

// Numbers, booleans, dates.
kind("z.number()", "everywhere", () => z.number(), [1, 1.5, "x", "0x10"]);
kind("a number in a range", "everywhere", () => z.number().min(1).max(9), [5, 0, 10]);
kind("a number in an open range", "everywhere", () => z.number().gt(1).lt(9), [5, 1, 9]);
kind("multipleOf", "everywhere", () => z.number().multipleOf(0.5), [1.5, 0.3]);
kind("z.int()", "everywhere", () => z.int(), [1, 1.5, 2 ** 53]);
kind("z.number().int()", "everywhere", () => z.number().int().positive(), [1, 0, 1.5]);
kind("z.int32()", "everywhere", () => z.int32(), [1, 2 ** 31]);
kind("z.uint32()", "everywhere", () => z.uint32(), [1, -1]);
kind("z.float32()", "everywhere", () => z.float32(), [1.5, 1e39]);
kind("z.float64()", "everywhere", () => z.float64(), [1.5, "x"]);
kind("z.coerce.number()", "text", () => z.coerce.number(), [1, "", "0x10", "x"]);
kind("z.boolean()", "everywhere", () => z.boolean(), [true, false, "yes"]);
kind("z.coerce.boolean()", "nowhere", () => z.coerce.boolean(), [true]);
kind("z.stringbool()", "nowhere", () => z.stringbool(), ["yes"]);
kind("z.date()", ["path", "query", "header", "form", "answer"], () => z.date(), [
  new Date(0),
  new Date(1e12),
  "2023-02-30T00:00:00Z",
  "2024-02-29T10:20:30+01:00",
]);
kind("z.coerce.date()", "text", () => z.coerce.date(), [new Date(0), "2023-02-30T00:00:00Z", "2024"]);
kind("z.bigint()", "nowhere", () => z.bigint(), [1]);
kind("z.int64()", "nowhere", () => z.int64(), [1]);
kind("z.coerce.bigint()", "nowhere", () => z.coerce.bigint(), [1]);
kind("z.nan()", "nowhere", () => z.nan(), [1]);
kind("z.symbol()", "nowhere", () => z.symbol(), [1]);

// Fixed values.
kind("z.literal()", "everywhere", () => z.literal("a"), ["a", "b"]);
kind("z.literal() of some", "everywhere", () => z.literal(["a", "b"]), ["a", "b", "c"]);
kind("z.literal() of a number", "everywhere", () => z.literal(5), [5, 6]);
kind("z.literal() of kinds", "everywhere", () => z.literal(["a", 5, true]), ["a", 5, true, false]);
kind("z.literal(null)", "json", () => z.literal([null, "a"]), [null, "a", "b"]);
kind("z.literal(undefined)", "nowhere", () => z.literal(["a", undefined]), ["a"]);
kind("z.literal() of a bigint", "nowhere", () => z.literal(5n), [5]);
kind("z.enum()", "everywhere", () => z.enum(["a", "b"]), ["a", "c"]);
kind("z.enum() of numbers", "everywhere", () => z.enum({ one: 1, two: 2 }), [1, 2, 3]);
kind("z.keyof()", "everywhere", () => z.object({ a: z.string(), b: z.string() }).keyof(), ["a", "c"]);
kind("z.null()", "json", () => z.null(), [null, "null"]);
kind("z.undefined()", "nowhere", () => z.undefined(), [1]);
kind("z.void()", "nowhere", () => z.void(), [1]);
kind("z.any()", "everywhere", () => z.any(), [1, "a", { b: 1 }], ANYTHING);
kind("z.unknown()", "everywhere", () => z.unknown(), [1, "a", { b: 1 }], ANYTHING);
kind("z.never()", "everywhere", () => z.never(), [1], ANYTHING);
kind("z.json()", "json", () => z.json(), [1, { a: [null] }], ANYTHING);

// Lists.
kind("z.array()", "lists", () => z.array(z.number()), [[1, 2], [1, "x"], 1]);
kind("an array of a length", "lists", () => z.array(z.string()).min(2).max(3), [["a", "b"], ["a"]]);
kind("an array of what may be left out", "nowhere", () => z.array(z.string().optional()), [["a"]]);
kind("an array of arrays", "json", () => z.array(z.array(z.int())), [[[1], [2, 3]], [1]]);
kind("an array of dates", ["query", "form", "answer"], () => z.array(z.date()), [
  [new Date(0), new Date(1)],
  ["x"],
]);
kind("z.tuple()", "lists", () => z.tuple([z.string(), z.number()]), [["a", 1], ["a"], ["a", 1, 2]]);
kind("z.tuple() with more", "lists", () => z.tuple([z.string()], z.number()), [
  ["a", 1, 2],
  ["a"],
  ["a", "b"],
  [],
]);
kind("z.tuple() with an end that may be left out", "nowhere", () => z.tuple([z.string().optional()]), [
  ["a"],
]);
kind("z.set()", "nowhere", () => z.set(z.string()), [["a"]]);
kind("z.map()", "nowhere", () => z.map(z.string(), z.string()), [{}]);

// Objects.
kind("z.object()", "json", () => z.object({ a: z.string(), b: z.int().optional() }), [
  { a: "x", b: 1 },
  { b: 1 },
]);
kind("z.strictObject()", "json", () => z.strictObject({ a: z.string() }), [{ a: "x" }, { a: "x", b: 1 }]);
kind("z.looseObject()", "json", () => z.looseObject({ a: z.string() }), [{ a: "x", b: 1 }, { b: 1 }]);
kind("catchall", "json", () => z.object({ a: z.string() }).catchall(z.int()), [
  { a: "x", b: 1 },
  { a: "x", b: "y" },
]);
kind("partial", "json", () => z.object({ a: z.string() }).partial(), [{ a: "x" }, {}, { a: 1 }]);
kind("z.record()", "json", () => z.record(z.string(), z.int()), [{ a: 1 }, { a: "x" }]);
kind("z.record() of a pattern", "json", () => z.record(z.string().regex(/^x-/), z.int()), [
  { "x-a": 1 },
  { a: 1 },
]);
kind("z.record() of names", "json", () => z.record(z.enum(["a", "b"]), z.int()), [{ a: 1, b: 2 }, { a: 1 }]);
kind("z.record() of numbers", "json", () => z.record(z.number(), z.int()), [{ "1": 1 }, { a: 1 }]);
kind("z.record() of numbers with a rule", "nowhere", () => z.record(z.number().min(5), z.int()), [
  { "7": 1 },
]);
kind("z.partialRecord()", "json", () => z.partialRecord(z.enum(["a", "b"]), z.int()), [{ a: 1 }, { c: 1 }]);
kind("z.looseRecord()", "nowhere", () => z.looseRecord(z.enum(["a"]), z.int()), [{ a: 1 }]);
kind("a field of an object that is refused", "nowhere", () => z.object({ a: z.bigint() }), [{ a: 1 }]);
kind("z.file()", "nowhere", () => z.file(), ["a"]);
kind("z.instanceof()", "nowhere", () => z.instanceof(Uint8Array).meta({ type: "string" }), ["a"]);
kind("z.custom() without a type", "nowhere", () => z.custom<string>(), ["a"]);
kind("z.function()", "nowhere", () => z.custom<never>().pipe(z.function() as never), ["a"]);
kind("z.promise()", "nowhere", () => z.promise(z.string()), ["a"]);

// Choices.
kind("z.union()", "everywhere", () => z.union([z.int(), z.boolean()]), [1, true, "x"]);
kind("z.union() with text", "everywhere", () => z.union([z.number(), z.literal("all")]), [1, "all", "some"]);
kind("z.union() of lists", "lists", () => z.union([z.array(z.int()), z.literal("all")]), [
  [1, 2],
  "all",
  ["x"],
]);
kind("z.union() with undefined", "nowhere", () => z.union([z.string(), z.undefined()]), ["a"]);
kind("z.union() of objects", "json", () => z.union([z.object({ a: z.string() }), z.object({ b: z.int() })]), [
  { a: "x" },
  { b: 1 },
  { a: 1, b: "x" },
]);
kind("z.xor()", "everywhere", () => z.xor([z.string().startsWith("a"), z.string().endsWith("z")]), [
  "ab",
  "bz",
  "az",
]);
kind(
  "z.discriminatedUnion()",
  "json",
  () =>
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), a: z.string() }),
      z.object({ kind: z.literal("b"), b: z.int() }),
    ]),
  [{ kind: "a", a: "x" }, { kind: "b", b: 1 }, { kind: "a", b: 1 }, { kind: "c" }],
);
kind("z.intersection() of strings", "everywhere", () => z.string().min(2).and(z.string().max(3)), [
  "ab",
  "a",
  "abcd",
]);
kind("z.intersection()", "json", () => z.object({ a: z.string() }).and(z.object({ b: z.int() })), [
  { a: "x", b: 1 },
  { a: "x" },
]);
kind(
  "z.intersection() of strict objects",
  "nowhere",
  () => z.strictObject({ a: z.string() }).and(z.object({})),
  [{ a: "x" }],
);
kind(
  "z.intersection() of one field",
  "nowhere",
  () => z.object({ a: z.string().trim() }).and(z.object({ a: z.string() })),
  [{ a: "x" }],
);

// Wrappers.
kind("optional", "everywhere", () => z.int().optional(), [1, undefined, "x"]);
kind("exactOptional", "everywhere", () => z.exactOptional(z.int()), [1, undefined, "x"]);
kind("nullable", "json", () => z.int().nullable(), [1, null, "x"]);
kind("nullish", "json", () => z.int().nullish(), [1, null, undefined, "x"]);
kind("nonoptional", "everywhere", () => z.int().optional().nonoptional(), [1, undefined, "x"]);
kind("default", "everywhere", () => z.int().default(5), [1, undefined, "x"]);
kind("prefault", "everywhere", () => z.int().prefault(5), [1, undefined, "x"]);
kind("readonly", "everywhere", () => z.int().readonly(), [1, "x"]);
kind("brand", "everywhere", () => z.int().brand("Id"), [1, "x"]);
kind("catch", "nowhere", () => z.int().catch(5), [1]);
kind("z.lazy()", "everywhere", () => z.lazy(() => z.int()), [1, "x"]);
kind("z.success()", "nowhere", () => z.success(z.int()), [1]);
kind("recursion", "json", () => tree, [
  { name: "a", children: [{ name: "b", children: [] }] },
  { name: "a" },
]);
kind("recursion without end", "nowhere", () => endless(), [{}]);
kind("transform", ["path", "query", "header", "json", "form"], () => z.int().transform(String), [1, "x"]);
kind("z.transform()", "nowhere", () => z.transform(String), [1]);
kind("z.preprocess()", "nowhere", () => z.preprocess(Number, z.int()), [1]);
kind("pipe", "nowhere", () => z.string().pipe(z.email()), ["a@example.com"]);
kind("z.codec()", "nowhere", () => z.codec(z.string(), z.number(), { decode: Number, encode: String }), [
  "1",
]);
kind("words that contradict", "nowhere", () => z.number().meta({ type: "string" }), [1]);

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

function endless(): z.ZodType {
  return z.object({ left: z.lazy(endless), right: z.lazy(endless) });
}

export const KINDS: readonly Kind[] = kinds;

/** Kinds that can be documented once their rule is described. */
export const TOLD_IN_WORDS: readonly {
  readonly name: string;
  readonly schema: () => z.ZodType;
  readonly places?: readonly PlaceName[];
}[] = [
  { name: "a refinement", schema: () => z.string().refine((text) => text !== "a"), places: PLACES },
  { name: "superRefine", schema: () => z.string().superRefine(() => {}) },
  { name: "z.check()", schema: () => z.string().check(() => {}) },
  { name: "a length after trim", schema: () => z.string().trim().min(1), places: PLACES },
  { name: "a date in a range", schema: () => z.date().min(new Date(0)), places: ["query", "answer"] },
  { name: "z.httpUrl()", schema: () => z.httpUrl() },
  { name: "includes at a position", schema: () => z.string().includes("a", { position: 2 }) },
  {
    name: "z.stringFormat() of a function",
    schema: () => z.stringFormat("even", (text) => text.length % 2 === 0),
  },
  { name: "z.property()", schema: () => z.array(z.string()).check(z.property("length", z.number().min(1))) },
  { name: "a rule of a literal", schema: () => z.literal(["a", "b"]).refine((text) => text !== "a") },
  { name: "an object's refinement", schema: () => z.object({ a: z.string() }).refine(() => true) },
  { name: "pipe", schema: () => z.string().pipe(z.email()) },
  { name: "z.stringbool()", schema: () => z.stringbool(), places: ["query", "json"] },
  { name: "z.codec()", schema: () => z.codec(z.string(), z.number(), { decode: Number, encode: String }) },
];
