import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import * as z from "zod";
import { countStock } from "../../test/fixtures/owner-api.ts";
import { anyone, auth, iam } from "../route/access.ts";
import { defineRoute, type Method, type Route, type Zod } from "../route/define-route.ts";
import { curlLine } from "./curl-lines.ts";

type Contract = Partial<
  Pick<Route, "path" | "request" | "consumes" | "rawBody" | "idempotency"> & { readonly method: Method }
>;

function line({ idempotency, ...contract }: Contract, guard: typeof anyone = anyone): string {
  const route = defineRoute({
    operationId: "doThing",
    method: "GET",
    path: "/v1/things",
    summary: "Does a thing.",
    responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
    ...contract,
  });
  const done = async () => ({ status: 200, body: null }) as const;
  return curlLine({ ...route.handler(guard(done)), ...(idempotency && { idempotency }) }, "http://h/b");
}

describe("curlLine", () => {
  it("accepts two fields whose schemas have the same id", () => {
    const money = (z: Zod) => z.object({ amount: z.int() }).meta({ id: "Money" });
    const call = line({
      method: "POST",
      request: (z) => ({ body: z.object({ price: money(z), tip: money(z) }) }),
    });
    assert.match(call, /price.*tip/);
  });

  it("sends the token from the sign-in lines where one is needed", () => {
    assert.equal(line({}), "curl http://h/b/v1/things");
    assert.equal(line({}, auth), 'curl -H "Authorization: Bearer $TOKEN" http://h/b/v1/things');
  });

  it("signs for AWS callers with the keys in the environment", () => {
    assert.equal(
      line({}, iam),
      'curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" http://h/b/v1/things',
    );
  });

  it("sends an API key at endpoints for machines", () => {
    const call = `curl -X PUT -H "x-api-key: $API_KEY" -H 'content-type: application/json' -d "{\\"count\\":$COUNT}" http://h/v1/stock`;
    assert.equal(curlLine(countStock, "http://h"), call);
  });

  it("uses examples or shell variables for required values, and leaves out optional ones", () => {
    const request: Route["request"] = (z) => ({
      params: z.object({ orderId: z.string().meta({ example: "a-1" }) }),
      query: z.object({ page: z.number().meta({ example: 2 }), more: z.string().optional() }),
      headers: z.object({ "x-needed": z.string().meta({ example: "a b" }) }),
    });
    assert.equal(
      line({ path: "/v1/orders/{orderId}/{itemId}", request }),
      `curl -H 'x-needed: a b' "http://h/b/v1/orders/a-1/$ITEM_ID?page=2"`,
    );
  });

  /** The body of the call after the shell has expanded its variables. */
  const bodyOf = (request: NonNullable<Route["request"]>, variables: Record<string, string> = {}) => {
    const call = line({ method: "PUT", request }).replace(/^curl .* -d (.*) \S+$/, "printf %s $1");
    const body = execFileSync("sh", ["-c", call], { encoding: "utf8", env: variables });
    const schema = request(z).body;
    assert.ok(schema);
    return schema.parse(JSON.parse(body));
  };

  it("writes JSON that fits the schema: numbers, booleans, lists, objects, choices and named values", () => {
    const body = bodyOf(
      (z) => {
        const item = z.object({ sku: z.string(), quantity: z.int() }).meta({ id: "Item" });
        return {
          body: z.object({
            price: z.number(),
            isUrgent: z.boolean(),
            items: z.array(item).min(2),
            pair: z.tuple([z.string(), z.int()]),
            address: z.object({ city: z.string(), street: z.string().optional() }),
            note: z.string().nullable(),
            kind: z.enum(["standard", "express"]),
            unit: z.literal("kg"),
            weight: z.number().meta({ example: 2.5 }),
            payment: z.discriminatedUnion("type", [z.object({ type: z.literal("card"), last4: z.string() })]),
            labels: z.record(z.string(), z.string()),
            either: z.union([z.int(), z.string()]),
            both: z.object({ width: z.int() }).and(z.object({ depth: z.int() })),
          }),
        };
      },
      {
        PRICE: "9.5",
        SKU: "a",
        QUANTITY: "3",
        PAIR: "7",
        CITY: "Ulm",
        NOTE: "n",
        LAST4: "1234",
        EITHER: "1",
        WIDTH: "2",
        DEPTH: "3",
      },
    );
    assert.deepEqual(body, {
      price: 9.5,
      isUrgent: true,
      items: [
        { sku: "a", quantity: 3 },
        { sku: "a", quantity: 3 },
      ],
      pair: ["7", 7],
      address: { city: "Ulm" },
      note: "n",
      kind: "standard",
      unit: "kg",
      weight: 2.5,
      payment: { type: "card", last4: "1234" },
      labels: {},
      either: 1,
      both: { width: 2, depth: 3 },
    });
  });

  it("writes JSON for a body that is not an object, and for one that contains itself", () => {
    assert.deepEqual(
      bodyOf((z) => ({ body: z.array(z.object({ id: z.int() })) }), { ID: "4" }),
      [{ id: 4 }],
    );
    const tree = (z: Zod) => {
      const node = z.object({
        name: z.string(),
        get children() {
          return z.array(node);
        },
      });
      return { body: node };
    };
    assert.deepEqual(bodyOf(tree, { NAME: "root" }), {
      name: "root",
      children: [{ name: "root", children: [] }],
    });
  });

  it("sends required cookies, and the Idempotency-Key that the endpoint or its contract requires, once", () => {
    const request: Route["request"] = (z) => ({
      cookies: z.object({ session: z.string(), tab: z.string() }),
    });
    assert.equal(
      line({ method: "POST", idempotency: "required", request }),
      'curl -X POST -H "idempotency-key: $IDEMPOTENCY_KEY" -b "session=$SESSION; tab=$TAB" http://h/b/v1/things',
    );
    const headers: Route["request"] = (z) => ({ headers: z.object({ "Idempotency-Key": z.uuid() }) });
    for (const idempotency of ["required", "optional"] as const)
      assert.equal(
        line({ method: "POST", idempotency, request: headers }),
        'curl -X POST -H "Idempotency-Key: $IDEMPOTENCY_KEY" http://h/b/v1/things',
      );
    assert.equal(line({ method: "POST", idempotency: "optional" }), "curl -X POST http://h/b/v1/things");
  });

  it("encodes examples in the URL, and the fields of a form", () => {
    const request: Route["request"] = (z) => ({
      query: z.object({ q: z.string().meta({ example: "a b&c" }) }),
      body: z.object({ name: z.string().meta({ example: "x y" }) }),
    });
    assert.equal(
      line({ method: "POST", consumes: ["application/x-www-form-urlencoded"], request }),
      "curl --data-urlencode 'name=x y' 'http://h/b/v1/things?q=a%20b%26c'",
    );
  });

  it("removes a trailing slash, because no gateway route has one", () => {
    assert.equal(line({ path: "/v1/" }), "curl http://h/b/v1");
  });

  it("sends a form where the endpoint takes one, and JSON elsewhere", () => {
    const request: Route["request"] = (z) => ({
      body: z.object({ name: z.string().meta({ example: "O'Neill" }), refresh_token: z.string() }),
    });
    assert.equal(
      line({ method: "POST", consumes: ["multipart/form-data"], request }),
      `curl -F 'name=O'\\''Neill' -F "refresh_token=$REFRESH_TOKEN" http://h/b/v1/things`,
    );
    assert.equal(
      line({ method: "PUT", request }),
      `curl -X PUT -H 'content-type: application/json' -d "{\\"name\\":\\"O'Neill\\",\\"refresh_token\\":\\"$REFRESH_TOKEN\\"}" http://h/b/v1/things`,
    );
  });

  it("sends a file where the body has no fields, or where a field is a file", () => {
    assert.equal(
      line({ method: "POST", consumes: ["application/octet-stream"], rawBody: true }),
      `curl -H 'content-type: application/octet-stream' --data-binary "@$FILE" http://h/b/v1/things`,
    );
    assert.equal(
      line({ method: "PUT", consumes: ["text/csv"], request: (z) => ({ body: z.string() }) }),
      `curl -X PUT -H 'content-type: text/csv' --data-binary "@$FILE" http://h/b/v1/things`,
    );
    assert.equal(
      line({
        method: "POST",
        consumes: ["multipart/form-data"],
        request: (z) => ({ body: z.object({ photo: z.file() }) }),
      }),
      `curl -F "photo=@$PHOTO" http://h/b/v1/things`,
    );
  });

  it("names a method that curl would not choose itself", () => {
    assert.equal(line({ method: "DELETE" }), "curl -X DELETE http://h/b/v1/things");
    assert.equal(line({ method: "POST" }), "curl -X POST http://h/b/v1/things");
  });
});
