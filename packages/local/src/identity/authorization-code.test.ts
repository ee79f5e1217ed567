import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { createAccounts } from "./accounts.ts";
import { createAuthorizationCodes } from "./authorization-code.ts";

const REDIRECT = "http://localhost:3000/express/v1/docs/oauth2-redirect.html";
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/** RFC 7636, appendix B. */
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const asked = {
  response_type: "code",
  client_id: "local-demo",
  redirect_uri: REDIRECT,
  scope: "openid",
  state: "a state",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
};

function start() {
  const accounts = createAccounts([
    { email: "admin@example.com", password: "not-secret", displayName: "Admin", groups: ["ADMINS"] },
  ]);
  const codes = createAuthorizationCodes({ accounts, clientId: "local-demo", path: "/authorize" });
  const request = (method: string, fields: Record<string, string>) => {
    const text = new URLSearchParams(fields).toString();
    const isForm = method === "POST";
    const [query, body] = [new URLSearchParams(isForm ? "" : text), isForm ? text : ""];
    return codes.answer({ method, path: "/authorize", query, headers: {}, body });
  };
  const codeOf = (overrides: Record<string, string> = {}) => {
    const answer = request("POST", { ...asked, email: "admin@example.com", ...overrides });
    return new URL(answer?.headers?.location ?? "").searchParams.get("code") ?? "";
  };
  const exchange = (code: string, overrides: Record<string, string | undefined> = {}) =>
    codes.exchange({
      code,
      client_id: "local-demo",
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      ...overrides,
    });
  return { accounts, request, codeOf, exchange };
}

describe("the sign-in page", () => {
  it("has a button for each caller, and escapes the parameters that it repeats", () => {
    const page = start().request("GET", { ...asked, state: '"><script>alert(1)</script>' });
    const body = String(page?.body);
    assert.equal(page?.status, 200);
    assert.match(
      body,
      /<button name="email" value="admin@example.com">admin@example.com \(ADMINS\)<\/button>/,
    );
    assert.doesNotMatch(body, /<script/);
    assert.match(page?.headers?.["content-security-policy"] ?? "", /default-src 'none'/);
  });

  it("redirects back with a code and the unchanged state", () => {
    const answer = start().request("POST", { ...asked, email: "admin@example.com" });
    const url = new URL(answer?.headers?.location ?? "");
    assert.equal(answer?.status, 303);
    assert.equal(url.origin + url.pathname, REDIRECT);
    assert.equal(url.searchParams.get("state"), "a state");
  });

  const wrong: readonly [string, Record<string, string>][] = [
    ["another client", { client_id: "another" }],
    ["an address of another machine", { redirect_uri: "https://evil.example/" }],
    ["an address that starts like one of this machine", { redirect_uri: "http://localhost.evil.example/" }],
    ["an address with this machine as its user name", { redirect_uri: "http://localhost@evil.example/" }],
    ["a script as the address", { redirect_uri: "javascript:alert(1)" }],
    ["no address", { redirect_uri: "" }],
    ["a token instead of a code", { response_type: "token" }],
    ["a plain challenge", { code_challenge_method: "plain" }],
    ["no challenge", { code_challenge: "" }],
  ];
  for (const [name, overrides] of wrong) {
    it(`refuses ${name} without redirecting`, () => {
      const { request } = start();
      for (const answer of [
        request("GET", { ...asked, ...overrides }),
        request("POST", { ...asked, email: "admin@example.com", ...overrides }),
      ]) {
        assert.equal(answer?.status, 400);
        assert.equal(answer?.headers?.location, undefined);
      }
    });
  }

  it("gives no code to an unknown or disabled caller", () => {
    const { accounts, request } = start();
    const account = accounts.withEmail("admin@example.com");
    if (account) account.disabled = true;
    for (const email of ["admin@example.com", "nobody@example.com", ""]) {
      const { searchParams } = new URL(request("POST", { ...asked, email })?.headers?.location ?? "");
      assert.deepEqual([searchParams.get("code"), searchParams.get("error")], [null, "access_denied"], email);
    }
  });
});

describe("a code", () => {
  it("can be exchanged once", () => {
    const { codeOf, exchange } = start();
    const code = codeOf({ audience: "https://api.example.com" });
    const grant = exchange(code);
    assert.equal(createHash("sha256").update(VERIFIER).digest("base64url"), CHALLENGE);
    assert.equal(grant?.account.email, "admin@example.com");
    assert.deepEqual([grant.scope, grant.audience], ["openid", "https://api.example.com"]);
    assert.equal(exchange(code), undefined);
  });

  const wrong: readonly [string, Record<string, string | undefined>][] = [
    ["the verifier of another challenge", { code_verifier: `${VERIFIER.slice(0, -1)}a` }],
    ["the challenge for a verifier", { code_verifier: CHALLENGE }],
    ["no verifier", { code_verifier: undefined }],
    ["another client", { client_id: "another" }],
    ["another address", { redirect_uri: "http://localhost:3000/" }],
    ["another code", { code: "another" }],
  ];
  for (const [name, overrides] of wrong) {
    it(`cannot be exchanged with ${name}, and is used up by the attempt`, () => {
      const { codeOf, exchange } = start();
      const code = codeOf();
      assert.equal(exchange(code, overrides), undefined);
      assert.equal(exchange(code) === undefined, overrides.code === undefined);
    });
  }

  it("expires within a minute", (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const { codeOf, exchange } = start();
    const [first, second] = [codeOf(), codeOf()];
    test.mock.timers.tick(59_000);
    assert.ok(exchange(first));
    test.mock.timers.tick(2_000);
    assert.equal(exchange(second), undefined);
  });

  it("cannot be exchanged for a caller who has since been disabled", () => {
    const { accounts, codeOf, exchange } = start();
    const code = codeOf();
    const account = accounts.withEmail("admin@example.com");
    if (account) account.disabled = true;
    assert.equal(exchange(code), undefined);
  });
});
