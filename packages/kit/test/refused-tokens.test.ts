/**
 * Tokens that must be refused, in both runtimes. In Lambda each is sent twice: as if the gateway had refused
 * it (the event has no authorizer), and, harder, as if the gateway had accepted it and flattened its claims.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { flatten, gatewayVerdict } from "../src/testing/gateway-verdict.ts";
import { type Answer, appTarget, handlerTargetWith, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer, type TokenParts } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";
import { type Attack, algorithmAttacks, claimAttacks, encodingAttacks } from "./support/attack-tokens.ts";

/** All that a caller ever learns about a refused token. */
const REASONS = [
  "The Authorization header holds no bearer token",
  "The token is malformed",
  "The token is not signed with RS256",
  "The token names no key",
  "The token is not of type JWT",
  "The token demands an unknown extension",
  "The token is from another issuer",
  "The token is for another audience",
  "The token is of the wrong kind",
  "The token has no usable subject",
  "The token has no usable lifetime",
  "The token has expired",
  "The token is not valid yet",
  "The token's signature is not verified",
];

let issuer: TestIssuer;
let app: Target;
let lambdaRefused: Target;
let lambdaAccepted: Target;
let logged: string[] = [];
let attackerUrl: string;
let attackerRequests = 0;
const attacker = createServer((_request, response) => {
  attackerRequests += 1;
  response.end();
});

before(async () => {
  await new Promise<void>((resolve) => attacker.listen(0, "127.0.0.1", resolve));
  attackerUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
  issuer = await startTestIssuer();
  const options = { api: fixtureApi, issuer, write: (line: string) => logged.push(line) };
  app = await appTarget(options);
  lambdaRefused = await handlerTargetWith({ verdict: async () => undefined })(options);
  lambdaAccepted = await handlerTargetWith({ verdict: async (header) => acceptedBlindly(header) })(options);
});
after(async () => {
  await app.close();
  await issuer.close();
  attacker.close();
});

/** The authorizer of a gateway that accepts everything; a valid token's if there is nothing to read. */
function acceptedBlindly(header = "") {
  let claims = flatten(issuer.claims(["USERS", "ADMINS"]));
  try {
    const parsed = JSON.parse(Buffer.from(header.split(".")[1] ?? "", "base64url").toString());
    if (typeof parsed === "object" && parsed !== null) claims = flatten(parsed);
  } catch {
    // Even a gateway that verifies nothing finds no claims in it.
  }
  return { jwt: { claims, scopes: null } };
}

async function getMe(target: Target, token: string): Promise<Answer> {
  logged = [];
  return target.request({ method: "GET", path: "/v1/me", headers: { authorization: `Bearer ${token}` } });
}

function assertRefused({ status, headers, body }: Answer, token: string): void {
  assert.equal(status, 401, body.toString());
  assert.equal(headers["www-authenticate"], 'Bearer error="invalid_token"');
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  const { error, message, ...others } = JSON.parse(body.toString());
  assert.deepEqual(others, {});
  assert.equal(message, "Unauthorized");
  assert.deepEqual(error, {
    code: "001401",
    title: "Invalid JWT Token",
    message: "Access Unauthorized!",
    reason: error.reason,
    requestId: headers["x-request-id"],
  });
  assert.ok(REASONS.includes(error.reason), error.reason);
  for (const part of token.split(/[^\w-]/).filter(({ length }) => length > 20)) {
    assert.ok(!logged.join("").includes(part), "the log has a part of the token");
  }
}

const families: readonly [string, readonly Attack[]][] = [
  ["algorithm, signature and keys", algorithmAttacks],
  ["claims", claimAttacks],
  ["encoding, JSON and size", encodingAttacks],
];

for (const [family, attacks] of families) {
  describe(`refused tokens: ${family}`, () => {
    it("have unique names", () => {
      assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length);
    });

    for (const { name, token, unsendable, onlySignatureTells } of attacks) {
      if (!unsendable) {
        it(`the container refuses ${name}`, async () => {
          const sent = token(issuer, attackerUrl);
          assertRefused(await getMe(app, sent), sent);
        });

        it(`the container, which has just accepted the original token, refuses ${name}`, async () => {
          const signed = [issuer.sign(issuer.claims(["USERS", "ADMINS"]))];
          const sign: TestIssuer["sign"] = (...given) => {
            const one = issuer.sign(...given);
            signed.push(one);
            return one;
          };
          const sent = token({ ...issuer, sign }, attackerUrl);
          const [good, ...others] = signed.filter((other) => other !== sent);
          assert.equal((await getMe(app, good ?? "")).status, 200);
          for (const other of others) await getMe(app, other);
          for (let times = 0; times < 2; times++) assertRefused(await getMe(app, sent), sent);
        });
      }

      it(`Lambda refuses, without an authorizer, ${name}`, async () => {
        const sent = token(issuer, attackerUrl);
        assertRefused(await getMe(lambdaRefused, sent), sent);
      });

      if (onlySignatureTells) {
        // Lambda trusts the gateway with the signature and nothing else: cases without an entry here are the
        // gateway's.
        it(`Lambda leaves it to the gateway to refuse ${name}`, async () => {
          const sent = token(issuer, attackerUrl);
          assert.equal(await gatewayVerdict(`Bearer ${sent}`, issuer), undefined);
          assert.equal((await getMe(lambdaAccepted, sent)).status, 200);
        });
      } else {
        it(`Lambda refuses, even if the gateway accepted it, ${name}`, async () => {
          const sent = token(issuer, attackerUrl);
          assertRefused(await getMe(lambdaAccepted, sent), sent);
        });
      }
    }
  });
}

describe("refused tokens: no URL that an attacker names", () => {
  it("is ever fetched", () => assert.equal(attackerRequests, 0));
});

describe("accepted tokens", () => {
  const now = Math.floor(Date.now() / 1000);
  const accepted: readonly [string, TokenParts, TokenParts?][] = [
    ["the plain one", {}],
    ["no typ", {}, { typ: undefined }],
    ...["at+jwt", "application/at+jwt", "AT+JWT", "Application/AT+JWT", "jwt", "application/jwt"].map(
      (typ): [string, TokenParts, TokenParts] => [`typ ${typ}`, {}, { typ }],
    ),
    ["an unknown header parameter", {}, { "x-unknown": [1] }],
    ["an audience among others", { aud: ["https://other.example/userinfo", "test-audience"] }],
    ["client_id where there is no aud", { aud: undefined, client_id: "test-audience" }],
    ["a lifetime of a day", { iat: now - 10, exp: now - 10 + 86_400 }],
    ["a clock two seconds ahead", { iat: now + 2, nbf: now + 2, auth_time: now + 2 }],
    ["times with fractions", { iat: now - 10.5, exp: now + 60.25 }],
    ["a subject of 255 characters", { sub: "a".repeat(255) }],
    ["a subject that is not ASCII", { sub: "auth0|Jürgen 💡" }],
    ["a claim nested 1000 deep", { deep: JSON.parse("[".repeat(1000) + "]".repeat(1000)) }],
  ];
  it("both runtimes drop a claim called __proto__, and one inside another claim", async () => {
    const claims = issuer.claims(
      ["USERS"],
      JSON.parse('{"__proto__":{"groups":["ADMINS"]},"in":{"__proto__":1}}'),
    );
    assert.ok(Object.hasOwn(claims, "__proto__"));
    for (const target of [app, lambdaAccepted]) {
      const answer = await getMe(target, issuer.sign(claims));
      assert.equal(answer.status, 200, `${target.name}: ${answer.body}`);
      assert.ok(!answer.body.includes("__proto__"));
    }
  });

  for (const [name, overrides, header] of accepted) {
    it(`both runtimes accept ${name}`, async () => {
      const claims = issuer.claims(["USERS"], overrides);
      const token = issuer.sign(claims, header);
      const expected = JSON.parse(JSON.stringify(claims));
      for (const target of [app, lambdaAccepted]) {
        const answer = await getMe(target, token);
        assert.equal(answer.status, 200, `${target.name}: ${answer.body}`);
        assert.deepEqual(JSON.parse(answer.body.toString()), {
          subject: expected.sub,
          groups: ["USERS"],
          scopes: [],
          claims: expected,
        });
      }
    });
  }
});
