import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "../errors/api-error.ts";
import { bearerToken, invalidToken } from "./token-rules.ts";

const challenges = (header: string | undefined) => {
  try {
    return bearerToken(header);
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === "001401");
    return error.headers;
  }
};

describe("bearerToken", () => {
  it("takes the token, whatever the scheme's case and however many spaces follow it", () => {
    for (const header of ["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g=="]) {
      assert.equal(bearerToken(header), "a.b-c_d~e+f/g==");
    }
  });

  it("asks for a missing token without calling it invalid (RFC 6750, section 3.1)", () => {
    for (const header of [undefined, ""]) {
      assert.deepEqual(challenges(header), { "www-authenticate": "Bearer" });
    }
  });

  it("refuses everything else", () => {
    for (const header of [
      " ",
      "Bearer",
      "Bearer ",
      " Bearer a",
      "Bearer a ",
      "Bearer a b",
      "Bearer\ta",
      "Bearer\u00a0a",
      "Bearer a\n",
      "Bearer a\nBearer b",
      "X\nBearer a",
      "Bearer a=b",
      "Bearer =",
      "Bearer a,",
      "Basic a",
      "a",
    ]) {
      assert.deepEqual(
        challenges(header),
        { "www-authenticate": 'Bearer error="invalid_token"' },
        JSON.stringify(header),
      );
    }
  });

  it("rejects a long header without a token quickly", () => {
    const started = process.cpuUsage().user;
    for (const header of [
      `Bearer ${" ".repeat(50_000)}!`,
      `Bearer ${"a".repeat(50_000)}${"=".repeat(50_000)}!`,
    ]) {
      challenges(header);
    }
    assert.ok(process.cpuUsage().user - started < 1_000_000, "a second");
  });
});

describe("invalidToken", () => {
  it("hides its cause from the caller", () => {
    const error = invalidToken("The token is malformed", new Error("inside"));
    assert.equal(error.code, "001401");
    assert.equal(error.message, "001401: The token is malformed");
    assert.ok(error.cause instanceof Error);
  });
});
