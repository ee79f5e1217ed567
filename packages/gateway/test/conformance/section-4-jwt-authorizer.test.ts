// docs/behaviour.md §4: the JWT authorizer, with real keys and a local issuer.

import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import type { HttpApi, JwtAuthorizer, Switches } from "../../src/index.ts";
import {
  ecKey,
  encode,
  issuedAt,
  type LocalIssuer,
  rsaKey,
  signToken,
  signWithPublicKeyAsSecret,
  startIssuer,
  validClaims,
} from "../support/local-issuer.ts";
import {
  openRoutes,
  type ReceivedAnswer,
  type StartedGateway,
  startGateway,
} from "../support/start-gateway.ts";

interface Guarded {
  authorizer?: Partial<JwtAuthorizer>;
  audience?: string[];
  scopes?: string[];
  switches?: Partial<Switches>;
  now?: () => number;
  api?: Partial<HttpApi>;
}

const key = rsaKey("first");

/** A gateway whose every route needs a token from the issuer. */
async function guard(t: TestContext, issuer: LocalIssuer, guarded: Guarded = {}): Promise<StartedGateway> {
  const {
    authorizer,
    audience = [issuer.audience],
    scopes,
    switches = {},
    now = () => issuedAt * 1000,
  } = guarded;
  const jwtConfiguration = { issuer: issuer.issuer, audience };
  const api: Partial<HttpApi> = {
    routes: [
      {
        routeKey: "$default",
        authorizationType: "JWT",
        authorizerId: "jwt",
        ...(scopes && { authorizationScopes: scopes }),
      },
      ...openRoutes("GET /open"),
    ],
    authorizers: { jwt: { jwtConfiguration, ...authorizer } },
    ...guarded.api,
  };
  return startGateway(t, { api, switches, now });
}

function bearer(token: string): { headers: { authorization: string } } {
  return { headers: { authorization: `Bearer ${token}` } };
}

function assertUnauthorized(answer: ReceivedAnswer, wwwAuthenticate: string | RegExp): void {
  assert.deepEqual([answer.status, answer.text], [401, '{"message":"Unauthorized"}']);
  const header = answer.headers["www-authenticate"] ?? "";
  if (typeof wwwAuthenticate === "string") assert.equal(header, wwwAuthenticate);
  else assert.match(header, wwwAuthenticate);
}

const invalidToken = /^Bearer scope="" error="invalid_token" error_description="[^",]+"$/;

describe("§4.1 identity source", () => {
  const accepted: [title: string, headers: (token: string) => Record<string, string>, confidence?: string][] =
    [
      ["Bearer and the token", (token) => ({ authorization: `Bearer ${token}` })],
      ["the token alone", (token) => ({ Authorization: token })],
      ["a header name in any case", (token) => ({ AUTHORIZATION: `Bearer ${token}` })],
      ["bearer in any case", (token) => ({ authorization: `bEARER ${token}` }), " (unconfirmed)"],
    ];
  for (const [title, headers, confidence = ""] of accepted) {
    it(`§4.1 ${title} is accepted${confidence}`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      const answer = await gateway.send({ headers: headers(signToken(key, validClaims(issuer))) });
      assert.equal(answer.status, 200);
    });
  }

  it("§4.1 another header can be the source, and Authorization is then ignored", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { authorizer: { identitySource: "$request.header.x-token" } });
    const token = signToken(key, validClaims(issuer));
    assert.equal((await gateway.send({ headers: { "x-token": token } })).status, 200);
    assertUnauthorized(await gateway.send(bearer(token)), "Bearer");
  });

  it("§4.1 a query parameter can be the source", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { authorizer: { identitySource: "$request.querystring.token" } });
    const token = signToken(key, validClaims(issuer));
    assert.equal((await gateway.send({ path: `/?token=${token}` })).status, 200);
    assertUnauthorized(await gateway.send(bearer(token)), "Bearer");
    assertUnauthorized(await gateway.send({ path: `/?token=${token}&token=${token}` }), invalidToken);
  });

  it("§4.1 a route without an authorizer needs no token, and its event has no authorizer even with one", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const event = await gateway.eventOf({ path: "/open", ...bearer(signToken(key, validClaims(issuer))) });
    assert.ok(!("authorizer" in event.requestContext));
  });

  it("§4.1 the authorization header reaches the function unchanged", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const sent = bearer(signToken(key, validClaims(issuer)));
    assert.equal((await gateway.eventOf(sent)).headers.authorization, sent.headers.authorization);
  });
});

describe("§4.1 algorithm and key", () => {
  for (const alg of ["RS256", "RS384", "RS512"]) {
    it(`§4.1 ${alg} is accepted`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      assert.equal((await gateway.send(bearer(signToken(key, validClaims(issuer), { alg })))).status, 200);
    });
  }

  const forged: [title: string, token: (issuer: LocalIssuer) => string, confidence?: string][] = [
    [
      "alg none without signature",
      ({ ...i }) => `${encode({ alg: "none", kid: "first" })}.${encode(validClaims(i))}.`,
    ],
    ["alg none with the key's signature", (i) => signToken(key, validClaims(i), { alg: "none" })],
    ["HS256 with the public key as secret", (i) => signWithPublicKeyAsSecret(key, validClaims(i))],
    ["PS256", (i) => signToken(key, validClaims(i), { alg: "PS256" }), " (unconfirmed)"],
    [
      "an algorithm named like an inherited property",
      (i) => signToken(key, validClaims(i), { alg: "constructor" }),
    ],
    ["an unknown kid", (i) => signToken(key, validClaims(i), { kid: "other" })],
    ["no kid", (i) => signToken(key, validClaims(i), { kid: undefined })],
    ["an empty kid", (i) => signToken(key, validClaims(i), { kid: "" })],
    ["a kid that is a number", (i) => signToken(key, validClaims(i), { kid: 1 as unknown as string })],
    [
      "a critical extension",
      (i) => signToken(key, validClaims(i), { crit: ["b64"], b64: false }),
      " (unconfirmed)",
    ],
    ["another key's signature", (i) => signToken({ ...rsaKey("second"), kid: "first" }, validClaims(i))],
    [
      "claims changed after signing",
      (i) => withClaims(signToken(key, validClaims(i)), { ...validClaims(i), sub: "x" }),
    ],
    [
      "an embedded jwk",
      (i) => {
        const own = rsaKey("second");
        const jwk = own.publicKey.export({ format: "jwk" });
        return signToken({ ...own, kid: "first" }, validClaims(i), { jwk });
      },
    ],
  ];
  for (const [title, token, confidence = ""] of forged) {
    it(`§4.1 ${title} is refused${confidence}`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      assertUnauthorized(await gateway.send(bearer(token(issuer))), invalidToken);
      assert.equal(gateway.events.length, 0);
    });
  }

  it("§4.1 ES256 is refused, even with a key that the issuer publishes", async (t) => {
    const elliptic = ecKey("elliptic");
    const issuer = await startIssuer(t, [elliptic]);
    const gateway = await guard(t, issuer);
    const token = signToken(elliptic, validClaims(issuer), { alg: "ES256" });
    assertUnauthorized(await gateway.send(bearer(token)), invalidToken);
  });

  const unusable: [title: string, members: Record<string, unknown>, confidence?: string][] = [
    ["use enc", { use: "enc" }, " (unconfirmed)"],
    ["another alg", { alg: "RS512" }, " (unconfirmed)"],
    ["kty EC", { kty: "EC" }],
    ["a modulus that is not text", { n: 7 }],
  ];
  for (const [title, members, confidence = ""] of unusable) {
    it(`§4.1 a published key with ${title} verifies nothing${confidence}`, async (t) => {
      const issuer = await startIssuer(t, [{ ...key, members }]);
      const gateway = await guard(t, issuer);
      assertUnauthorized(await gateway.send(bearer(signToken(key, validClaims(issuer)))), invalidToken);
    });
  }

  it("§4.1 a published RSA key of 1024 bits verifies nothing (unconfirmed)", async (t) => {
    const weak = rsaKey("weak", 1024);
    const issuer = await startIssuer(t, [weak]);
    const gateway = await guard(t, issuer);
    assertUnauthorized(await gateway.send(bearer(signToken(weak, validClaims(issuer)))), invalidToken);
  });

  it("§4.1 a key set with invalid entries still provides its valid key", async (t) => {
    const issuer = await startIssuer(t);
    const jwk = { ...key.publicKey.export({ format: "jwk" }), kid: "first" };
    issuer.answerJwks = (outgoing) =>
      outgoing.end(JSON.stringify({ keys: [null, 7, {}, { kty: "RSA", kid: "x" }, jwk] }));
    const gateway = await guard(t, issuer);
    assert.equal((await gateway.send(bearer(signToken(key, validClaims(issuer))))).status, 200);
  });
});

/** The token with other claims and the old signature. */
function withClaims(token: string, claims: object): string {
  const [header, , signature] = token.split(".");
  return `${header}.${encode(claims)}.${signature}`;
}

describe("§4.1 claims", () => {
  const cases: [title: string, claims: Record<string, unknown>, accepted: boolean, confidence?: string][] = [
    ["an audience in a list", { aud: ["other", "my-project"] }, true],
    ["an audience that only contains the configured one", { aud: "my-project-2" }, false],
    ["an empty list of audiences", { aud: [] }, false],
    ["client_id without aud", { aud: undefined, client_id: "my-project" }, true],
    ["client_id next to a wrong aud", { aud: "other", client_id: "my-project" }, false],
    ["client_id next to aud null", { aud: null, client_id: "my-project" }, false, " (unconfirmed)"],
    ["neither aud nor client_id", { aud: undefined }, false],
    ["an audience that is an object", { aud: { "my-project": true } }, false],
    ["another issuer", { iss: "https://elsewhere.example" }, false],
    ["no issuer", { iss: undefined }, false],
    ["an expiry one second ago", { exp: issuedAt - 1 }, false],
    ["an expiry at this exact second", { exp: issuedAt }, false],
    ["an expiry in one second", { exp: issuedAt + 1 }, true],
    ["no expiry", { exp: undefined }, false, " (unconfirmed)"],
    ["an expiry that is a text", { exp: String(issuedAt + 10) }, false, " (unconfirmed)"],
    ["nbf in one second", { nbf: issuedAt + 1 }, false],
    ["nbf one second ago", { nbf: issuedAt - 1 }, true],
    ["nbf that is a text", { nbf: "now" }, false, " (unconfirmed)"],
    ["iat in one second", { iat: issuedAt + 1 }, false],
    ["iat at this exact second", { iat: issuedAt }, true, " (unconfirmed)"],
    ["no iat", { iat: undefined }, true],
    ["token_use id, which is ignored", { token_use: "id" }, true],
    ["azp of another client, which is ignored", { azp: "other" }, true],
  ];
  for (const [title, claims, accepted, confidence = ""] of cases) {
    it(`§4.1 ${title} is ${accepted ? "accepted" : "refused"}${confidence}`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      const answer = await gateway.send(bearer(signToken(key, { ...validClaims(issuer), ...claims })));
      if (accepted) assert.equal(answer.status, 200);
      else assertUnauthorized(answer, invalidToken);
    });
  }

  it("§4.1 a trailing slash of the issuer is significant", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const answer = await gateway.send(
      bearer(signToken(key, { ...validClaims(issuer), iss: `${issuer.issuer}/` })),
    );
    assertUnauthorized(answer, invalidToken);
  });

  it("§4.1 an issuer that ends in a slash is discovered and compared with it", async (t) => {
    const issuer = await startIssuer(t);
    const slashed = { ...issuer, issuer: `${issuer.issuer}/` };
    const gateway = await guard(t, slashed);
    assert.equal((await gateway.send(bearer(signToken(key, validClaims(slashed))))).status, 200);
    assert.equal(issuer.requests.discovery, 1);
  });

  it("§4.1 with the switch clockSkewSeconds, exp, nbf and iat have leeway", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { switches: { clockSkewSeconds: 5 } });
    for (const claims of [{ exp: issuedAt - 4 }, { nbf: issuedAt + 5 }, { iat: issuedAt + 5 }]) {
      const token = signToken(key, { ...validClaims(issuer), ...claims });
      assert.equal((await gateway.send(bearer(token))).status, 200, JSON.stringify(claims));
    }
    const tooOld = signToken(key, { ...validClaims(issuer), exp: issuedAt - 5 });
    assertUnauthorized(await gateway.send(bearer(tooOld)), invalidToken);
  });
});

describe("§4.1 scopes", () => {
  const cases: [title: string, claims: Record<string, unknown>, status: number, confidence?: string][] = [
    ["one of the wanted scopes in a text", { scope: "openid orders/read" }, 200],
    ["one of the wanted scopes in a list", { scope: ["openid", "orders/write"] }, 200],
    ["one of the wanted scopes in scp", { scp: ["orders/read"] }, 200],
    ["scp takes precedence over scope", { scp: ["openid"], scope: "orders/read" }, 403, " (unconfirmed)"],
    ["none of the wanted scopes", { scope: "openid" }, 403],
    ["no scope at all", {}, 403],
    ["a scope that only starts like a wanted one", { scope: "orders/readers" }, 403],
  ];
  for (const [title, claims, status, confidence = ""] of cases) {
    it(`§4.1 ${title} is a ${status}${confidence}`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer, { scopes: ["orders/read", "orders/write"] });
      const answer = await gateway.send(bearer(signToken(key, { ...validClaims(issuer), ...claims })));
      assert.equal(answer.status, status);
    });
  }
});

describe("§4.2 discovery and caching", () => {
  it("§4.2 discovery and keys are fetched once for many tokens", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    for (const sub of ["a", "b", "c"])
      await gateway.send(bearer(signToken(key, { ...validClaims(issuer), sub })));
    assert.deepEqual(issuer.requests, { discovery: 1, jwks: 1 });
  });

  it("§4.2 concurrent first requests share one fetch", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const tokens = ["a", "b", "c", "d"].map((sub) => signToken(key, { ...validClaims(issuer), sub }));
    const answers = await Promise.all(tokens.map((token) => gateway.send(bearer(token))));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    assert.deepEqual(issuer.requests, { discovery: 1, jwks: 1 });
  });

  it("§4.2 with jwksUri the discovery document is not fetched", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { authorizer: { jwksUri: issuer.jwksUri } });
    assert.equal((await gateway.send(bearer(signToken(key, validClaims(issuer))))).status, 200);
    assert.deepEqual(issuer.requests, { discovery: 0, jwks: 1 });
  });

  it("§4.2 keys are kept for two hours, then fetched again", async (t) => {
    const issuer = await startIssuer(t);
    let milliseconds = issuedAt * 1000;
    const gateway = await guard(t, issuer, { now: () => milliseconds });
    const sent = bearer(signToken(key, { ...validClaims(issuer), exp: issuedAt + 100_000 }));
    await gateway.send(sent);
    milliseconds += 2 * 60 * 60 * 1000 - 1;
    await gateway.send(sent);
    assert.equal(issuer.requests.jwks, 1);
    milliseconds += 1;
    await gateway.send(sent);
    assert.equal(issuer.requests.jwks, 2);
  });

  it("§4.2 the switch jwksCacheMilliseconds shortens that", async (t) => {
    const issuer = await startIssuer(t);
    let milliseconds = issuedAt * 1000;
    const gateway = await guard(t, issuer, {
      now: () => milliseconds,
      switches: { jwksCacheMilliseconds: 10 },
    });
    const sent = bearer(signToken(key, validClaims(issuer)));
    await gateway.send(sent);
    milliseconds += 10;
    await gateway.send(sent);
    assert.equal(issuer.requests.jwks, 2);
  });

  it("§4.2 an unknown kid causes one more fetch of the keys, so a rotated key works at once (unconfirmed)", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    await gateway.send(bearer(signToken(key, validClaims(issuer))));
    issuer.keys.push(rsaKey("second"));
    assert.equal((await gateway.send(bearer(signToken(rsaKey("second"), validClaims(issuer))))).status, 200);
    assert.equal(issuer.requests.jwks, 2);
  });

  it("§4.2 an unknown kid is refused after one refetch, not more (unconfirmed)", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    await gateway.send(bearer(signToken(key, validClaims(issuer))));
    const answer = await gateway.send(bearer(signToken(key, validClaims(issuer), { kid: "other" })));
    assertUnauthorized(answer, invalidToken);
    assert.equal(issuer.requests.jwks, 2);
  });

  it("§4.2 a token verified by a withdrawn key is refused after the refetch", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const sent = bearer(signToken(key, validClaims(issuer)));
    assert.equal((await gateway.send(sent)).status, 200);
    issuer.keys = [rsaKey("second")];
    await gateway.send(bearer(signToken(rsaKey("second"), validClaims(issuer))));
    assertUnauthorized(await gateway.send(sent), invalidToken);
  });

  const jwksError = 'Bearer scope="" error="invalid_token" error_description="JWKS communication error"';
  const discoveryError =
    'Bearer scope="" error="invalid_token" error_description="OIDC discovery endpoint communication error"';
  const broken: [title: string, answer: (outgoing: ServerResponse) => void][] = [
    ["slow", () => {}],
    ["slow after its headers", (outgoing) => void outgoing.writeHead(200).write("{")],
    [
      "over 150,000 bytes",
      (outgoing) => outgoing.end(JSON.stringify({ keys: [], jwks_uri: "x", pad: "x".repeat(150_000) })),
    ],
    ["no JSON", (outgoing) => outgoing.end("<html>")],
    ["null", (outgoing) => outgoing.end("null")],
    ["a 500", (outgoing) => outgoing.writeHead(500).end("{}")],
    ["a redirect", (outgoing) => outgoing.writeHead(302, { location: "/elsewhere" }).end()],
    ["cut off", (outgoing) => outgoing.destroy()],
  ];
  for (const [title, answer] of broken) {
    it(`§4.2 a discovery document that is ${title} makes the token invalid, not the gateway`, async (t) => {
      const issuer = await startIssuer(t);
      issuer.answerDiscovery = answer;
      const gateway = await guard(t, issuer, { switches: { jwksTimeoutMilliseconds: 50 } });
      assertUnauthorized(await gateway.send(bearer(signToken(key, validClaims(issuer)))), discoveryError);
    });

    it(`§4.2 a key set that is ${title} makes the token invalid, not the gateway`, async (t) => {
      const issuer = await startIssuer(t);
      issuer.answerJwks = answer;
      const gateway = await guard(t, issuer, { switches: { jwksTimeoutMilliseconds: 50 } });
      assertUnauthorized(await gateway.send(bearer(signToken(key, validClaims(issuer)))), jwksError);
    });
  }

  it("§4.2 a discovery document without jwks_uri is an error of discovery", async (t) => {
    const issuer = await startIssuer(t);
    issuer.answerDiscovery = (outgoing) => outgoing.end("{}");
    const gateway = await guard(t, issuer);
    assertUnauthorized(await gateway.send(bearer(signToken(key, validClaims(issuer)))), discoveryError);
  });

  it("§4.2 an unreachable issuer is an error of discovery", async (t) => {
    const issuer = await startIssuer(t);
    const gone = { ...issuer, issuer: "http://127.0.0.1:1" };
    const gateway = await guard(t, gone);
    assertUnauthorized(await gateway.send(bearer(signToken(key, validClaims(gone)))), discoveryError);
  });

  it("§4.2 a failure is not remembered: the next token causes a new fetch", async (t) => {
    const issuer = await startIssuer(t);
    const good = issuer.answerJwks;
    issuer.answerJwks = (outgoing) => outgoing.writeHead(500).end();
    const gateway = await guard(t, issuer);
    const sent = bearer(signToken(key, validClaims(issuer)));
    assert.equal((await gateway.send(sent)).status, 401);
    issuer.answerJwks = good;
    assert.equal((await gateway.send(sent)).status, 200);
  });

  it("§4.2 a failed refetch leaves the known keys in use", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    await gateway.send(bearer(signToken(key, validClaims(issuer))));
    issuer.answerJwks = (outgoing) => outgoing.writeHead(500).end();
    await gateway.send(bearer(signToken(key, validClaims(issuer), { kid: "other" })));
    const another = signToken(key, { ...validClaims(issuer), sub: "u2" });
    assert.equal((await gateway.send(bearer(another))).status, 200);
  });
});

describe("§4.3 refusals", () => {
  const malformed: [title: string, authorization: string][] = [
    ["a word", "rubbish"],
    ["Bearer alone", "Bearer"],
    ["Basic credentials", "Basic dXNlcjpwYXNz"],
    ["two segments", "Bearer a.b"],
    ["four segments", "Bearer a.b.c.d"],
    ["segments that are not base64url", "Bearer !.!.!"],
    ["a header that is not JSON", `Bearer ${encode("{")}.${encode({})}.x`],
    ["a header that is a list", `Bearer ${encode([])}.${encode({})}.AA`],
    ["a header that is null", `Bearer ${encode("null")}.${encode({})}.AA`],
    ["a header that is not UTF-8", `Bearer ${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.e30.AA`],
    ["empty segments", "Bearer .."],
  ];
  for (const [title, authorization] of malformed) {
    it(`§4.3 ${title} is a 401 with error="invalid_token"`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      assertUnauthorized(await gateway.send({ headers: { authorization } }), invalidToken);
    });
  }

  it('§4.3 a byte-order mark before the header or genuine claims is a 401 with error="invalid_token" (unconfirmed)', async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const claims = JSON.stringify(validClaims(issuer));
    assertUnauthorized(await gateway.send(bearer(signToken(key, `\ufeff${claims}`))), invalidToken);
    const [header = "", ...rest] = signToken(key, claims).split(".");
    const marked = encode(`\ufeff${Buffer.from(header, "base64url")}`);
    assertUnauthorized(await gateway.send(bearer([marked, ...rest].join("."))), invalidToken);
  });

  for (const levels of [1_000, 3_600]) {
    it(`§4.3 genuine claims that are nested ${levels} levels deep never get a 5xx (unconfirmed)`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      const claims = JSON.stringify(validClaims(issuer)).replace(/}$/, "");
      const deep = `${claims},"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
      const { status } = await gateway.send(bearer(signToken(key, deep)));
      assert.ok(status === 200 || status === 401, String(status));
    });
  }

  it('§4.3 genuine claims that are not UTF-8 are a 401 with error="invalid_token" (unconfirmed)', async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const claims = Buffer.from(JSON.stringify({ ...validClaims(issuer), sub: "\xff" }), "latin1");
    assertUnauthorized(await gateway.send(bearer(signToken(key, claims))), invalidToken);
  });

  it("§4.3 a missing token is a 401 with a bare Bearer", async (t) => {
    const gateway = await guard(t, await startIssuer(t));
    assertUnauthorized(await gateway.send(), "Bearer");
    assertUnauthorized(await gateway.send({ headers: { authorization: "" } }), "Bearer");
  });

  it("§4.3 a token that is not a JWT is reported with its number of segments", async (t) => {
    const gateway = await guard(t, await startIssuer(t));
    assertUnauthorized(
      await gateway.send(bearer("rubbish")),
      'Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"',
    );
  });

  it("§4.3 two authorization headers count as no token", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const value = `Bearer ${signToken(key, validClaims(issuer))}`;
    const headers = ["host", "127.0.0.1", "authorization", value, "authorization", value];
    assertUnauthorized(await gateway.send({ headers }), invalidToken);
  });

  it("§4.3 a wrong audience is named in www-authenticate", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    assertUnauthorized(
      await gateway.send(bearer(signToken(key, { ...validClaims(issuer), aud: "other" }))),
      'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
    );
  });

  it("§4.3 an expired token is named in www-authenticate, with the scopes of the route", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { scopes: ["orders/read", "orders/write"] });
    assertUnauthorized(
      await gateway.send(bearer(signToken(key, { ...validClaims(issuer), exp: 1 }))),
      'Bearer scope="orders/read orders/write" error="invalid_token" error_description="the token has expired"',
    );
  });

  const told: [title: string, description: string, token: (issuer: LocalIssuer) => string][] = [
    [
      "a wrong issuer",
      "the token does not have a valid issuer",
      (i) => signToken(key, { ...validClaims(i), iss: "x" }),
    ],
    [
      "a bad signature",
      "signature is invalid",
      (i) => signToken({ ...rsaKey("second"), kid: "first" }, validClaims(i)),
    ],
    ["an unknown kid", "unable to find a matching key", (i) => signToken(key, validClaims(i), { kid: "x" })],
    [
      "nbf in the future",
      "the token is not valid yet",
      (i) => signToken(key, { ...validClaims(i), nbf: 9e9 }),
    ],
  ];
  for (const [title, description, token] of told) {
    it(`§4.3 ${title} is reported as "${description}" (unconfirmed)`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      assertUnauthorized(
        await gateway.send(bearer(token(issuer))),
        `Bearer scope="" error="invalid_token" error_description="${description}"`,
      );
    });
  }

  it("§4.3 a missing scope is a 403 Forbidden", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { scopes: ["orders/read", "orders/write"] });
    const answer = await gateway.send(bearer(signToken(key, validClaims(issuer))));
    assert.deepEqual([answer.status, answer.text], [403, '{"message":"Forbidden"}']);
    assert.equal(gateway.events.length, 0);
  });

  it("§4.3 a missing scope is reported as insufficient_scope with the scopes of the route (unconfirmed)", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { scopes: ["orders/read", "orders/write"] });
    const answer = await gateway.send(bearer(signToken(key, validClaims(issuer))));
    const expected = 'Bearer scope="orders/read orders/write" error="insufficient_scope"';
    assert.equal(answer.headers["www-authenticate"], expected);
  });
});

describe("§4.4 claims in the event", () => {
  const cases: [title: string, json: string, printed: string | undefined, confidence?: string][] = [
    ["a text with spaces", '"a b"', "a b"],
    ["a text in brackets", '"[ADMINS]"', "[ADMINS]"],
    ["an integer", "1718722804", "1718722804"],
    ["true", "true", "true"],
    ["false", "false", "false"],
    ["a list of texts", '["USERS","ADMINS"]', "[USERS ADMINS]"],
    ["a list whose item has a space, which looks like two items", '["not ADMINS"]', "[not ADMINS]"],
    ["a list of numbers and booleans", "[1,true]", "[1 true]"],
    ["an object", '{"key":"value"}', "map[key:value]"],
    [
      "Firebase's nested object, keys sorted",
      '{"sign_in_provider":"password","identities":{"email":["a@b.c"]}}',
      "map[identities:map[email:[a@b.c]] sign_in_provider:password]",
    ],
    ["null, which is left out", "null", undefined],
    ["an empty list", "[]", "[]", " (unconfirmed)"],
    ["an empty object", "{}", "map[]", " (unconfirmed)"],
    ["an empty text", '""', "", " (unconfirmed)"],
    ["null in a list", "[null]", "[<nil>]", " (unconfirmed)"],
    ["a float, as it is written", "1.50", "1.50", " (unconfirmed)"],
    ["an exponent, as it is written", "1e21", "1e21", " (unconfirmed)"],
    ["an integer beyond 2^53, as it is written", "9007199254740993", "9007199254740993", " (unconfirmed)"],
  ];
  for (const [title, json, printed, confidence = ""] of cases) {
    it(`§4.4 ${title}: ${json} -> ${printed ?? "absent"}${confidence}`, async (t) => {
      const issuer = await startIssuer(t);
      const gateway = await guard(t, issuer);
      const payload = JSON.stringify({ ...validClaims(issuer), custom: "?" }).replace('"?"', json);
      const { authorizer } = (await gateway.eventOf(bearer(signToken(key, payload)))).requestContext;
      assert.equal(authorizer?.jwt?.claims.custom, printed);
      assert.equal("custom" in (authorizer?.jwt?.claims ?? {}), printed !== undefined);
    });
  }

  it("§4.4 every claim is present, as a text, in alphabetical order", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const { authorizer } = (await gateway.eventOf(bearer(signToken(key, validClaims(issuer)))))
      .requestContext;
    assert.deepEqual(Object.entries(authorizer?.jwt?.claims ?? {}), [
      ["aud", "my-project"],
      ["exp", String(issuedAt + 3600)],
      ["iat", String(issuedAt - 10)],
      ["iss", issuer.issuer],
      ["sub", "u1"],
    ]);
  });

  it("§4.4 a claim called __proto__ is a claim like any other", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const payload = JSON.stringify(validClaims(issuer)).replace("{", '{"__proto__":{"admin":true},');
    const { authorizer } = (await gateway.eventOf(bearer(signToken(key, payload)))).requestContext;
    const claims = authorizer?.jwt?.claims ?? {};
    assert.equal(Object.getOwnPropertyDescriptor(claims, "__proto__")?.value, "map[admin:true]");
    assert.equal(claims.admin, undefined);
  });

  it("§4.4 scopes is null on a route without scopes, even if the token has some", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer);
    const token = signToken(key, { ...validClaims(issuer), scope: "openid orders/read" });
    const { authorizer } = (await gateway.eventOf(bearer(token))).requestContext;
    assert.equal(authorizer?.jwt?.scopes, null);
    assert.equal(authorizer?.jwt?.claims.scope, "openid orders/read");
  });

  it("§4.4 scopes is the token's full list on a route with scopes, and the claim stays", async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await guard(t, issuer, { scopes: ["orders/read"] });
    const token = signToken(key, { ...validClaims(issuer), scope: "openid orders/read" });
    const { authorizer } = (await gateway.eventOf(bearer(token))).requestContext;
    assert.deepEqual(authorizer?.jwt?.scopes, ["openid", "orders/read"]);
    assert.equal(authorizer?.jwt?.claims.scope, "openid orders/read");
  });
});
