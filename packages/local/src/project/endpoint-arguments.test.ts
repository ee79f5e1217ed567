import assert from "node:assert/strict";
import { it } from "node:test";
import { readArguments, refuseWhatExists, UsageError } from "./endpoint-arguments.ts";

const EXISTING = [
  { method: "GET", path: "/v1/users/whoami", operationId: "whoAmI" },
  { method: "GET", path: "/v1/docs/{asset}", operationId: "getDocsAsset" },
  { method: "GET", path: "/v1/files/{path+}", operationId: "getFile" },
  { method: "GET", path: "/v1/orders", operationId: "listOrders" },
  { method: "GET", path: "/v2/orders", operationId: "listOrdersV2" },
] as const;

/** The message of the refusal, and "" if there is none. */
function refusal(...args: string[]): string {
  try {
    refuseWhatExists(readArguments(args), EXISTING);
    return "";
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

for (const [why, args] of [
  ["no arguments", []],
  ["an unknown method", ["FETCH", "/v1/things", "--access", "public"]],
  ["a method in lower case", ["get", "/v1/things", "--access", "public"]],
  ["no path", ["GET", "--access", "public"]],
  ["a path without a version", ["GET", "/things", "--access", "public"]],
  ["a path with a slash at its end", ["GET", "/v1/things/", "--access", "public"]],
  ["a variable that is only part of a segment", ["GET", "/v1/things/x{id}", "--access", "public"]],
  ["a variable used twice", ["GET", "/v1/things/{id}/{id}", "--access", "public"]],
  ["a path that leaves its folder", ["GET", "/v1/../things", "--access", "public"]],
  ["no access", ["GET", "/v1/things"]],
  ["an unknown access", ["GET", "/v1/things", "--access", "everybody"]],
  ["groups without a name", ["GET", "/v1/things", "--access", "groups:"]],
  ["a list with a gap", ["GET", "/v1/things", "--access", "groups:A,,B"]],
  ["an unknown option", ["GET", "/v1/things", "--acces", "public"]],
  ["a name that is not in camel case", ["GET", "/v1/things", "--access", "public", "--name", "Get-Thing"]],
  ["a segment of dots", ["GET", "/v1/things/..", "--access", "public"]],
  ["a name that is a keyword", ["GET", "/v1/things", "--access", "public", "--name", "default"]],
  ["a name that every object has", ["GET", "/v1/things", "--access", "public", "--name", "constructor"]],
  ["a name that is reserved in modules", ["GET", "/v1/things", "--access", "public", "--name", "await"]],
  ["a name that the file imports", ["GET", "/v1/things", "--access", "public", "--name", "auth"]],
  ["a variable that every object has", ["GET", "/v1/things/{__proto__}", "--access", "public"]],
  ["a name that exists", ["GET", "/v1/things", "--access", "public", "--name", "whoAmI"]],
] as const) {
  it(`refuses ${why} with an example of what to write`, () => {
    assert.match(
      refusal(...args),
      /^[^\n]+, for example: npm run new -- GET \/v1\/orders\/\{orderId\} --access groups:STAFF[^\n]*$/,
    );
  });
}

for (const [path, sentence] of [
  ["/v1/orders.csv", /^The area "orders\.csv" must consist of lower-case letters, digits and hyphens/],
  ["/v1/q?x=1", /^A path cannot contain "\?" or a query/],
  ["/v1/a b", /^A path cannot contain " "/],
  ["/v1/things/größe", /^A path cannot contain "ö"/],
] as const) {
  it(`names what is wrong with ${path}`, () => {
    assert.match(refusal("GET", path, "--access", "public"), sentence);
  });
}

for (const [path, existing, operationId] of [
  ["/v1/docs/{name}", "/v1/docs/{asset}", "getDocsAsset"],
  ["/v1/docs/{path+}", "/v1/docs/{asset}", "getDocsAsset"],
  ["/v1/files/{name}", "/v1/files/{path+}", "getFile"],
]) {
  it(`refuses PATCH ${path} beside GET ${existing}, and shows the existing path`, () => {
    assert.equal(
      refusal("PATCH", `${path}`, "--access", "public"),
      `${operationId} already has this path; use its variable names: ${existing}, for example: npm run new -- PATCH ${existing} --access groups:STAFF`,
    );
  });
}

for (const [path, existing, operationId, proposed] of [
  ["/v1/users/whoami", "/v1/users/whoami", "whoAmI", "/v2/users/whoami"],
  ["/v1/docs/{file}", "/v1/docs/{asset}", "getDocsAsset", "/v2/docs/{file}"],
  ["/v1/orders", "/v1/orders", "listOrders", "/v3/orders"],
]) {
  it(`refuses ${path}, which exists, and proposes ${proposed}`, () => {
    assert.equal(
      refusal("GET", `${path}`, "--access", "public"),
      `GET ${existing} already exists as ${operationId}; choose another path, for example: npm run new -- GET ${proposed} --access groups:STAFF`,
    );
  });
}

it("proposes a name that does not exist", () => {
  const message = refusal("GET", "/v1/shop/orders/{orderId}", "--access", "public", "--name", "whoAmI");
  assert.match(message, /^whoAmI already exists; .* --name whoAmIDetails$/);
});
