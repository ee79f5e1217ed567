import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type ErrorBody, errorAnswer, unexpectedError } from "./api-error.ts";
import { type CatalogueEntry, catalogue, type ErrorCode } from "./catalogue.ts";

const codes = Object.keys(catalogue) as ErrorCode[];

/** An API's answer to an error with a code of the kit. */
const answerOf = (error: ApiError, requestId?: string) =>
  errorAnswer(error, catalogue[error.code as ErrorCode], requestId);
const bodyOf = (error: ApiError, requestId?: string) => answerOf(error, requestId).body as ErrorBody;

describe("the catalogue", () => {
  for (const code of codes) {
    it(`gives ${code} the status of its last three digits, a title and a message`, () => {
      const { status, title, message }: CatalogueEntry = catalogue[code];
      assert.match(code, /^\d{6}$/);
      assert.equal(status, Number(code.slice(3)));
      assert.ok(title && message);
    });
  }

  it("keeps the meaning of published codes", () => {
    const known = { "001400": 400, "002400": 400, "001401": 401, "002401": 401, "001500": 500 } as const;
    for (const [code, status] of Object.entries(known)) {
      assert.equal(catalogue[code as ErrorCode].status, status);
    }
  });
});

describe("an error's body", () => {
  it("has code, title, message and reason, and repeats the reason at the top", () => {
    assert.deepEqual(bodyOf(new ApiError("002401", { reason: "Only ['ADMINS']" }), "id-1"), {
      error: {
        code: "002401",
        title: "Unauthorized",
        message: "Access unauthorized",
        reason: "Only ['ADMINS']",
        requestId: "id-1",
      },
      message: "Only ['ADMINS']",
    });
  });

  it("repeats the gateway's own words at the top, where the gateway refuses the same", () => {
    for (const code of codes) {
      const { gatewayMessage }: CatalogueEntry = catalogue[code];
      const body = bodyOf(new ApiError(code, { reason: "why" }));
      assert.equal(body.message, gatewayMessage ?? "why", code);
      assert.equal(body.error.reason, "why");
    }
  });

  it("has fields only for wrong fields, and an id only where there is one", () => {
    const fields = [{ in: "body", name: "a", message: "is required" }] as const;
    assert.deepEqual(bodyOf(new ApiError("001400", { reason: "x", fields })).error.fields, fields);
    assert.deepEqual(Object.keys(bodyOf(new ApiError("001400", { reason: "x" }), "").error), [
      "code",
      "title",
      "message",
      "reason",
    ]);
  });

  it("never contains the cause, the stack or the headers", () => {
    const error = new ApiError("001502", {
      reason: "why",
      cause: new Error("hunter2"),
      headers: { "retry-after": "7" },
    });
    assert.doesNotMatch(JSON.stringify(bodyOf(error, "id")), /hunter2|retry-after|stack|\.ts/);
  });
});

describe("an ApiError", () => {
  it("gets the catalogue's status, unless it has its own", () => {
    assert.equal(answerOf(new ApiError("002401", { reason: "x" })).status, 401);
    assert.equal(answerOf(new ApiError("002401", { reason: "x", status: 403 })).status, 403);
  });

  it("gets the title and message of an API's own catalogue", () => {
    const entry = { status: 409, title: "Sold out", message: "The shop has no more of it" };
    const { contentType, headers, ...answer } = errorAnswer(
      new ApiError("100409", { reason: "No tea" }),
      entry,
      "id-1",
    );
    assert.deepEqual([contentType, headers], ["application/json; charset=utf-8", {}]);
    assert.deepEqual(answer, {
      status: 409,
      body: {
        error: {
          code: "100409",
          title: "Sold out",
          message: "The shop has no more of it",
          reason: "No tea",
          requestId: "id-1",
        },
        message: "No tea",
      },
    });
  });

  it("has the headers of its code, unless it has its own", () => {
    const headers = { "retry-after": "60", "x-shop": "closed" };
    const entry: CatalogueEntry = { status: 503, title: "Closed", message: "The shop is closed", headers };
    const answer = errorAnswer(
      new ApiError("100503", { reason: "Until noon", headers: { "retry-after": "7" } }),
      entry,
      undefined,
    );
    assert.deepEqual(answer.headers, { "retry-after": "7", "x-shop": "closed" });
  });

  it("is logged with its code and reason, and keeps its cause", () => {
    const cause = new Error("inside");
    const error = new ApiError("001503", { reason: "try again", cause });
    assert.equal(String(error), "ApiError: 001503: try again");
    assert.equal(error.cause, cause);
    assert.deepEqual(error.headers, {});
    assert.equal(error.fields, undefined);
  });
});

describe("an unexpected error", () => {
  it("tells the caller nothing internal, whatever was thrown", () => {
    for (const thrown of [new Error("hunter2"), "hunter2", { message: "hunter2" }, null, undefined, 0]) {
      const error = unexpectedError(thrown);
      assert.equal(error.cause, thrown);
      const { status, body } = answerOf(error, "id-1");
      assert.deepEqual(
        { status, body },
        {
          status: 500,
          body: {
            error: {
              code: "001500",
              title: "Internal error",
              message: "Oops, something went wrong!",
              reason: "The error was logged; quote the request id when you report it",
              requestId: "id-1",
            },
            message: "Internal Server Error",
          },
        },
      );
    }
  });
});

describe("problem details", () => {
  const refused = new ApiError("001400", {
    reason: "Not so",
    fields: [{ in: "query", name: "limit", message: "is required" }],
  });
  const problemOf = (error: ApiError, accept: string, entry: CatalogueEntry = catalogue["001400"]) =>
    errorAnswer(error, entry, "id-1", accept);

  it("have the same code, reason and fields, with the status's own title", () => {
    const { status, contentType, body } = problemOf(refused, "application/problem+json");
    assert.deepEqual([status, contentType], [400, "application/problem+json"]);
    assert.deepEqual(body, {
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "Not so",
      code: "001400",
      fields: [{ in: "query", name: "limit", message: "is required" }],
      requestId: "id-1",
    });
  });

  it("have the catalogue's page and title of a code that has a page, and the thrown status", () => {
    const type = "https://shop.example.com/errors/sold-out";
    const entry = { status: 409, title: "Sold out", message: "The shop has no more of it", type };
    const error = new ApiError("100409", { reason: "No tea", status: 410 });
    assert.deepEqual(problemOf(error, "application/problem+json", entry).body, {
      type,
      title: "Sold out",
      status: 410,
      detail: "No tea",
      code: "100409",
      requestId: "id-1",
    });
  });

  it("go to a caller who names them, and does not prefer JSON", () => {
    for (const [accept, isProblem] of [
      ["application/problem+json", true],
      ["Application/Problem+JSON, application/json", true],
      ["application/json;q=0.5, application/problem+json;q=0.9, */*;q=0.1", true],
      ["application/json, application/problem+json;q=0.9", false],
      ["application/problem+json;q=0", false],
      ["application/*", false],
      ["*/*", false],
      ["application/problem+jsonp", false],
      ["", false],
    ] as const)
      assert.equal(problemOf(refused, accept).contentType === "application/problem+json", isProblem, accept);
  });
});
