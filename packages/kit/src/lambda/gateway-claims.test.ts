import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "../errors/api-error.ts";
import { flatten } from "../testing/gateway-verdict.ts";
import { signToken, strangerKey, type TokenParts } from "../testing/test-issuer.ts";
import { createGatewayClaims, type GatewayAuthorizer } from "./gateway-claims.ts";

const NOW = 1_700_000_000;
const rules = {
  issuer: "https://issuer.example.com/",
  audiences: ["api"],
  verifyExpiration: true,
  groupsClaim: "groups",
};
const good = (overrides: TokenParts = {}): TokenParts => ({
  iss: rules.issuer,
  aud: "api",
  sub: "alice",
  iat: NOW - 10,
  exp: NOW + 3600,
  ...overrides,
});
// Any key will do: the gateway has checked the signature.
const tokenOf = (claims: TokenParts) => signToken(claims, { alg: "RS256", kid: "any" }, strangerKey());

function claimsOf(
  claims: TokenParts,
  authorizer: GatewayAuthorizer | undefined,
  options: Partial<typeof rules> = {},
) {
  const event = {
    headers: { authorization: `Bearer ${tokenOf(claims)}` },
    requestContext: { ...(authorizer && { authorizer }) },
  };
  return createGatewayClaims({ ...rules, ...options })(event, NOW);
}
const authorizerOf = (claims: TokenParts): GatewayAuthorizer => ({
  jwt: { claims: flatten(claims), scopes: null },
});
const isRefusal = (error: unknown) => error instanceof ApiError && error.code === "001401";

describe("createGatewayClaims", () => {
  it("gives the claims the types that they have in the token", () => {
    const claims = good({
      groups: ["USERS", "two words"],
      level: 3,
      active: false,
      none: null,
      map: { a: [1] },
    });
    assert.deepEqual({ ...claimsOf(claims, authorizerOf(claims)) }, claims);
  });

  const groupForms: readonly [unknown, string | undefined][] = [
    [undefined, undefined],
    [null, undefined],
    [[], "[]"],
    [["USERS"], "[USERS]"],
    [["USERS", "ADMINS"], "[USERS ADMINS]"],
    [["two words"], "[two words]"],
    ["ADMINS", "ADMINS"],
    ["[ADMINS]", "[ADMINS]"],
    ["", ""],
    [1, "1"],
    [true, "true"],
    [[1, true, null, ["x"]], "[1 true <nil> [x]]"],
    [{ b: 1, a: ["x"] }, "map[a:[x] b:1]"],
  ];
  for (const [groups, written] of groupForms) {
    it(`recognises groups as the gateway writes them: ${JSON.stringify(groups) ?? "missing"}`, () => {
      const { groups: _, ...others } = flatten(good());
      const claims = { ...others, ...(written !== undefined && { groups: written }) };
      const token = good(groups === undefined ? {} : { groups });
      assert.deepEqual(claimsOf(token, { jwt: { claims } }).groups, groups);
      for (const wrong of ["[OTHERS]", "<nil>", "null", "undefined"]) {
        assert.throws(() => claimsOf(token, { jwt: { claims: { ...claims, groups: wrong } } }), isRefusal);
      }
    });
  }

  // The gateway's number format is not documented; all these are the same number.
  for (const [inToken, written] of [
    ["1700003600.0", ["1700003600.0", "1700003600", "1.7000036e+09"]],
    ["1.7000036e9", ["1.7000036e9", "1700003600", "1.7000036e+09"]],
    ["1700003600.5", ["1700003600.5", "1.7000036005e+09"]],
  ] as const) {
    it(`recognises a time in any number format: ${inToken}`, () => {
      const payload = JSON.stringify(good()).replace(String(NOW + 3600), inToken);
      const token = signToken(payload, { alg: "RS256", kid: "any" }, strangerKey());
      const send = (exp: unknown) => {
        const claims = { ...flatten(good()), exp };
        const event = {
          headers: { authorization: `Bearer ${token}` },
          requestContext: { authorizer: { jwt: { claims } } },
        };
        return createGatewayClaims(rules)(event, NOW);
      };
      for (const exp of written) assert.equal(send(exp).exp, Number(inToken));
      for (const exp of ["1700003601", "", "x", undefined, null, true, [inToken]]) {
        assert.throws(() => send(exp), isRefusal, JSON.stringify(exp));
      }
    });
  }

  it("compares the configured groups claim", () => {
    const claims = good({ "cognito:groups": ["USERS"], groups: ["A"] });
    const others = authorizerOf(good({ "cognito:groups": ["USERS"], groups: ["B"] }));
    assert.equal(claimsOf(claims, others, { groupsClaim: "cognito:groups" }).sub, "alice");
    assert.throws(() => claimsOf(claims, others), isRefusal);
  });

  it("does not trust inherited properties of the authorizer's claims", () => {
    const inherited = Object.create(flatten(good()));
    assert.throws(() => claimsOf(good(), { jwt: { claims: inherited } }), isRefusal);
  });

  it("ignores differences in claims that do not affect access", () => {
    const claims = good({ ratio: 1e21 });
    const flattened = { ...flatten(claims), ratio: "1e+21", extra: "x" };
    assert.equal(claimsOf(claims, { jwt: { claims: flattened } }).ratio, 1e21);
  });

  it("repeats the gateway's checks, and adds its own", () => {
    for (const overrides of [
      { exp: NOW },
      { iss: "https://issuer.example.com" },
      { aud: "ap" },
      { sub: "" },
      { iat: NOW + 60 },
      { exp: NOW + 90_000 },
      { nbf: NOW + 60 },
    ]) {
      const claims = good(overrides);
      assert.throws(() => claimsOf(claims, authorizerOf(claims)), isRefusal, JSON.stringify(overrides));
    }
  });

  it("refuses a request without a token, whatever the authorizer says", () => {
    for (const headers of [
      {},
      { authorization: "" },
      { authorization: "Basic x" },
      { Authorization: "Bearer x" },
    ]) {
      const event = { headers, requestContext: { authorizer: authorizerOf(good()) } };
      assert.throws(() => createGatewayClaims(rules)(event, NOW), isRefusal);
    }
  });

  it("refuses a valid token that no authorizer has verified", () => {
    for (const authorizer of [
      undefined,
      {},
      { jwt: {} },
      { jwt: { claims: null } },
      { jwt: { claims: {} } },
    ]) {
      assert.throws(() => claimsOf(good(), authorizer), isRefusal);
    }
  });
});

describe("a repeated token", () => {
  const claims = good({ groups: ["USERS"] });
  const admin = good({ groups: ["ADMINS"] });
  const eventOf = (token: string, authorizer: GatewayAuthorizer | undefined) => ({
    headers: { authorization: `Bearer ${token}` },
    requestContext: { ...(authorizer && { authorizer }) },
  });
  /** An authorizer's result that accepts the token of `claims`. */
  function experienced() {
    const claimsFromGateway = createGatewayClaims(rules);
    const known = claimsFromGateway(eventOf(tokenOf(claims), authorizerOf(claims)), NOW);
    return { claimsFromGateway, known };
  }

  it("is not decoded again", () => {
    const { claimsFromGateway, known } = experienced();
    assert.equal(claimsFromGateway(eventOf(tokenOf(claims), authorizerOf(claims)), NOW), known);
  });

  it("is refused where no authorizer ran, and where another token was verified", () => {
    const { claimsFromGateway } = experienced();
    for (const authorizer of [undefined, { jwt: { claims: {} } }, authorizerOf(admin)]) {
      assert.throws(() => claimsFromGateway(eventOf(tokenOf(claims), authorizer), NOW), isRefusal);
    }
  });

  it("is refused from the moment it expires", () => {
    const { claimsFromGateway } = experienced();
    const event = eventOf(tokenOf(claims), authorizerOf(claims));
    assert.throws(() => claimsFromGateway(event, NOW + 3600), isRefusal);
  });

  it("does not lend its claims to another token, not even to one with its signature", () => {
    const { claimsFromGateway } = experienced();
    const [header, , signature] = tokenOf(claims).split(".");
    const other = `${header}.${tokenOf(admin).split(".")[1]}.${signature}`;
    assert.throws(() => claimsFromGateway(eventOf(other, authorizerOf(claims)), NOW), isRefusal);
    assert.deepEqual(claimsFromGateway(eventOf(other, authorizerOf(admin)), NOW).groups, ["ADMINS"]);
  });
});
