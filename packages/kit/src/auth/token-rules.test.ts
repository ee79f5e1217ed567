import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "../errors/api-error.ts";
import { encodeSegment, type TokenParts } from "../testing/test-issuer.ts";
import { checkClaims, decodeToken, type TokenRules } from "./token-rules.ts";

const NOW = 1_700_000_000;
const rules: TokenRules = {
  issuer: "https://issuer.example.com/",
  audiences: ["api", "app"],
  verifyExpiration: true,
};
const isRefusal = (error: unknown) => error instanceof ApiError && error.code === "001401";

const SIGNATURE = encodeSegment("signature");
const tokenOf = (payload: unknown, header: unknown = { alg: "RS256", kid: "k" }) =>
  `${encodeSegment(header)}.${encodeSegment(payload)}.${SIGNATURE}`;

describe("decodeToken", () => {
  it("freezes the claims, and gives them no prototype", () => {
    const claims = decodeToken(tokenOf({ sub: "alice", nested: { list: [1] } }));
    assert.deepEqual({ ...claims }, { sub: "alice", nested: { list: [1] } });
    assert.ok(Object.isFrozen(claims));
    assert.equal(Object.getPrototypeOf(claims), null);
  });

  it("drops a claim named __proto__, at any depth", () => {
    const claims = decodeToken(tokenOf('{"__proto__":{"a":1},"in":[{"__proto__":{"b":2},"constructor":3}]}'));
    assert.deepEqual(Object.keys(claims), ["in"]);
    assert.deepEqual(claims.in, [{ constructor: 3 }]);
  });

  it("takes the last of two claims with the same name, as RFC 7519, section 4 allows", () => {
    assert.equal(decodeToken(tokenOf('{"sub":"alice","sub":"bob"}')).sub, "bob");
  });

  it("takes a token of 8192 characters, and refuses a longer one", () => {
    const start = tokenOf({ a: 1 }).replace(/[^.]+$/, "");
    const sized = (length: number) => start.padEnd(length, "A");
    assert.ok(decodeToken(sized(8192)));
    for (const length of [8193, 1_000_000]) assert.throws(() => decodeToken(sized(length)), isRefusal);
  });

  const SPELLINGS: readonly [string, (token: string) => string][] = [
    ["a space before it", (token) => ` ${token}`],
    ["a space after it", (token) => `${token} `],
    ["a newline before it", (token) => `\n${token}`],
    ["a newline after it", (token) => `${token}\n`],
    ["a carriage return after it", (token) => `${token}\r`],
    ["a line separator after it", (token) => `${token}\u2028`],
    ["a newline between its segments", (token) => token.replace(".", ".\n")],
    ["a tab inside", (token) => token.replace(".", "\t.")],
    ["a NUL after it", (token) => `${token}\u0000`],
    ["a BOM before it", (token) => `\ufeff${token}`],
    ["padding", (token) => `${token}=`],
    ["one dot leaders", (token) => token.replaceAll(".", "\u2024")],
    ["ideographic full stops", (token) => token.replaceAll(".", "\u3002")],
    ["full-width full stops", (token) => token.replaceAll(".", "\uff0e")],
    ["halfwidth ideographic full stops", (token) => token.replaceAll(".", "\uff61")],
    ["a full-width letter", (token) => token.replace("e", "\uff45")],
    ["an Arabic digit", (token) => `${token}\u0661`],
    ["a zero-width space", (token) => `${token}\u200b`],
    ["a lone surrogate", (token) => `${token}\ud800`],
  ];
  for (const [name, spell] of SPELLINGS) {
    it(`refuses a second spelling of a token: with ${name}`, () => {
      const token = tokenOf({ sub: "alice" });
      assert.equal(decodeToken(token).sub, "alice");
      assert.throws(() => decodeToken(spell(token)), isRefusal);
    });
  }

  it("refuses every unused bit in the last character of a segment", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const start = tokenOf({ sub: "alice" }).replace(/[^.]+$/, "");
    const accepted = (signature: string) => {
      try {
        return decodeToken(start + signature) !== undefined;
      } catch {
        return false;
      }
    };
    assert.deepEqual(
      [...alphabet].filter((last) => accepted(`A${last}`)),
      ["A", "Q", "g", "w"],
    );
    assert.equal([...alphabet].filter((last) => accepted(`AA${last}`)).length, 16);
    assert.equal([...alphabet].filter((last) => accepted(`AAA${last}`)).length, 64);
    assert.equal([...alphabet].filter((last) => accepted(last)).length, 0);
  });

  it("calls a payload malformed without quoting it", () => {
    for (const payload of ["hunter2", '{"password":"hunter2"', "[]", "null", ""]) {
      assert.throws(
        () => decodeToken(tokenOf(payload)),
        (error: unknown) =>
          error instanceof ApiError && error.reason === "The token is malformed" && error.cause === undefined,
      );
    }
  });

  it("survives deep nesting", () => {
    const nested = `{"deep":${"[".repeat(2900)}${"]".repeat(2900)}}`;
    try {
      assert.ok(decodeToken(tokenOf(nested)));
    } catch (error) {
      assert.ok(isRefusal(error), String(error));
    }
  });
});

describe("the algorithm in a token's header", () => {
  const named = (alg: unknown) => tokenOf({ sub: "alice" }, { alg, kid: "k" });

  it("must be RS256 by default", () => {
    for (const alg of ["ES256", "EdDSA", "HS256", "none", "RS384", undefined])
      assert.throws(() => decodeToken(named(alg)), isRefusal, String(alg));
  });

  it("must be one of the configured ones, and the refusal names them", () => {
    for (const alg of ["ES256", "EdDSA"]) assert.ok(decodeToken(named(alg), ["ES256", "EdDSA"]));
    for (const alg of ["RS256", "ES384", "es256", ["ES256"], undefined])
      assert.throws(
        () => decodeToken(named(alg), ["ES256", "EdDSA"]),
        (error: unknown) =>
          error instanceof ApiError && error.reason === "The token is not signed with ES256 or EdDSA",
      );
  });
});

describe("checkClaims", () => {
  const good: TokenParts = { iss: rules.issuer, aud: "api", sub: "alice", iat: NOW - 10, exp: NOW + 60 };
  const check = (overrides: TokenParts, now = NOW, more: Partial<TokenRules> = {}) =>
    checkClaims({ ...good, ...overrides }, { ...rules, ...more }, now);

  it("accepts each of the audiences, alone or among others", () => {
    for (const aud of ["api", "app", ["app"], ["other", "api"]]) check({ aud });
    check({ aud: undefined, client_id: "app" });
  });

  it("accepts only the configured kind of token, and any kind if none is configured", () => {
    const kinds = [undefined, "access", "id", "Access", ["access"], true];
    for (const kind of kinds) check({ token_use: kind });
    check({ token_use: "access" }, NOW, { tokenUse: "access" });
    for (const kind of kinds.filter((kind) => kind !== "access"))
      assert.throws(() => check({ token_use: kind }, NOW, { tokenUse: "access" }), isRefusal, String(kind));
  });

  it("accepts a token up to the second in which it expires, and no longer", () => {
    check({ exp: NOW + 1 }, NOW + 0.999);
    assert.throws(() => check({ exp: NOW + 1 }, NOW + 1), isRefusal);
  });

  it("lets an issuer's clock be up to five seconds ahead", () => {
    for (const name of ["iat", "nbf", "auth_time"]) {
      check({ [name]: NOW + 5 });
      assert.throws(() => check({ [name]: NOW + 5.001 }), isRefusal, name);
    }
  });

  it("accepts a lifetime of up to one day", () => {
    check({ iat: NOW, exp: NOW + 86_400 });
    assert.throws(() => check({ iat: NOW, exp: NOW + 86_400.5 }), isRefusal);
  });

  it("accepts a lifetime up to the configured one", () => {
    check({ iat: NOW, exp: NOW + 3600 }, NOW, { maxLifetimeHours: 1 });
    check({ iat: NOW, exp: NOW + 168 * 3600 }, NOW, { maxLifetimeHours: 168 });
    for (const [exp, maxLifetimeHours] of [
      [3601, 1],
      [168 * 3600 + 1, 168],
    ] as const)
      assert.throws(() => check({ iat: NOW, exp: NOW + exp }, NOW, { maxLifetimeHours }), isRefusal);
  });

  it("accepts a subject of up to 255 characters", () => {
    check({ sub: "a".repeat(255) });
    assert.throws(() => check({ sub: "a".repeat(256) }), isRefusal);
  });

  it("refuses times that are not finite numbers", () => {
    for (const name of ["iat", "exp", "nbf", "auth_time"]) {
      for (const value of [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        "1",
        null,
        true,
        {},
        1n,
      ]) {
        assert.throws(() => check({ [name]: value }), isRefusal, `${name} ${String(value)}`);
      }
    }
  });

  it("accepts an expired token where expiration is not verified, and still refuses one that never expires", () => {
    check({ iat: 1000, exp: 2000 }, NOW, { verifyExpiration: false });
    for (const overrides of [{ exp: undefined }, { exp: NOW + 90_000 }, { iat: NOW + 60, exp: NOW + 120 }]) {
      assert.throws(() => check(overrides, NOW, { verifyExpiration: false }), isRefusal);
    }
  });
});
