import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countStock } from "../../test/fixtures/owner-api.ts";
import { anyone, auth, iam } from "../route/access.ts";
import { defineRoute, type Method, type Route, type Zod } from "../route/define-route.ts";
import { curlLine } from "./curl-lines.ts";

type Contract = Partial<
  Pick<Route, "path" | "request" | "consumes" | "rawBody"> & { readonly method: Method }
>;

function line(contract: Contract, guard: typeof anyone = anyone): string {
  const route = defineRoute({
    operationId: "doThing",
    method: "GET",
    path: "/v1/things",
    summary: "Does a thing.",
    responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
    ...contract,
  });
  const done = async () => ({ status: 200, body: null }) as const;
  return curlLine(route.handler(guard(done)), "http://h/b");
}

describe("curlLine", () => {
  it("accepts two fields whose schemas have the same id", () => {
    const money = (z: Zod) => z.object({ amount: z.int() }).meta({ id: "Money" });
    const call = line({
      method: "POST",
      request: (z) => ({ body: z.object({ price: money(z), tip: money(z) }) }),
    });
    assert.match(call, /PRICE.*TIP/);
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
    const call = `curl -X PUT -H "x-api-key: $API_KEY" -H 'content-type: application/json' -d "{\\"count\\":\\"$COUNT\\"}" http://h/v1/stock`;
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
