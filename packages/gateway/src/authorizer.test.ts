import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import {
  issuedAt,
  type LocalIssuer,
  rsaKey,
  signToken,
  startIssuer,
  validClaims,
} from "../test/support/local-issuer.ts";
import { type Authorize, createAuthorizer, verifyRsaSignature } from "./authorizer.ts";
import type { HttpRequest } from "./http-request.ts";
import { defaultSwitches } from "./switches.ts";

const key = rsaKey("first");

interface Counted {
  authorize: (authorization: string, scopes?: readonly string[]) => ReturnType<Authorize>;
  verifications: () => number;
  moveTo: (milliseconds: number) => void;
}

function countVerifications(issuer: LocalIssuer): Counted {
  let count = 0;
  let milliseconds = issuedAt * 1000;
  const authorize = createAuthorizer({
    authorizer: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } },
    switches: defaultSwitches,
    now: () => milliseconds,
    verifySignature: (...verified) => {
      count += 1;
      return verifyRsaSignature(...verified);
    },
  });
  return {
    authorize: (authorization, scopes = []) => authorize(requestWith(authorization), scopes),
    verifications: () => count,
    moveTo: (moment) => {
      milliseconds = moment;
    },
  };
}

function requestWith(authorization: string): HttpRequest {
  return {
    method: "GET",
    path: "/",
    rawQueryString: "",
    headers: new Map([["authorization", authorization]]),
    domainName: "localhost",
    body: Buffer.alloc(0),
    isBodyTooLarge: false,
    sourceIp: "127.0.0.1",
    localPort: 0,
  };
}

async function start(t: TestContext): Promise<Counted & { issuer: LocalIssuer; token: string }> {
  const issuer = await startIssuer(t, [key]);
  return { issuer, token: signToken(key, validClaims(issuer)), ...countVerifications(issuer) };
}

describe("the memory for verified tokens", () => {
  it("does not verify a token twice while it is valid", async (t) => {
    const { authorize, token, verifications } = await start(t);
    for (let times = 0; times < 5; times += 1)
      assert.equal((await authorize(`Bearer ${token}`)).allowed, true);
    assert.equal(verifications(), 1);
  });

  it("treats the same token with and without Bearer as one", async (t) => {
    const { authorize, token, verifications } = await start(t);
    await authorize(`Bearer ${token}`);
    await authorize(token);
    assert.equal(verifications(), 1);
  });

  it("refuses another spelling of a verified token instead of remembering it", async (t) => {
    const { authorize, token } = await start(t);
    await authorize(token);
    const lastCharacter = token.at(-1) ?? "";
    // RS256 signatures have 256 bytes, so the last base64url character has unused bits: another character
    // decodes to the same bytes.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const alike = alphabet[alphabet.indexOf(lastCharacter) ^ 1];
    for (const spelling of [
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token.slice(0, -1)}${alike}`,
      `${token}\t`,
    ]) {
      assert.equal(
        (await authorize(`Bearer ${spelling}`)).allowed,
        spelling === ` ${token}`,
        JSON.stringify(spelling),
      );
    }
  });

  it("does not forget other keys because of a stranger's token with an unknown key", async (t) => {
    const { authorize, issuer, token, verifications } = await start(t);
    await authorize(token);
    const strange = signToken(rsaKey("strange"), validClaims(issuer), { kid: "unknown" });
    assert.equal((await authorize(strange)).allowed, false);
    await authorize(token);
    assert.equal(verifications(), 1);
  });

  it("forgets a token when it expires", async (t) => {
    const { authorize, token, verifications, moveTo } = await start(t);
    await authorize(token);
    moveTo((issuedAt + 3600) * 1000);
    assert.equal((await authorize(token)).allowed, false);
    assert.equal(verifications(), 2);
  });

  it("forgets a token when the keys are dropped", async (t) => {
    const { authorize, issuer, verifications, moveTo } = await start(t);
    const token = signToken(key, { ...validClaims(issuer), exp: issuedAt + 1e6 });
    await authorize(token);
    moveTo(issuedAt * 1000 + defaultSwitches.jwksCacheMilliseconds);
    assert.equal((await authorize(token)).allowed, true);
    assert.equal(verifications(), 2);
  });

  it("does not remember a refused token as valid or invalid", async (t) => {
    const { authorize, issuer, verifications } = await start(t);
    const foreign = signToken({ ...rsaKey("second"), kid: "first" }, validClaims(issuer));
    assert.equal((await authorize(foreign)).allowed, false);
    assert.equal((await authorize(foreign)).allowed, false);
    assert.equal(verifications(), 2);
  });

  it("checks scopes again for each route", async (t) => {
    const { authorize, issuer, verifications } = await start(t);
    const token = signToken(key, { ...validClaims(issuer), scope: "read" });
    assert.equal((await authorize(token, ["read"])).allowed, true);
    assert.equal((await authorize(token, ["write"])).allowed, false);
    assert.equal((await authorize(token)).allowed, true);
    assert.equal(verifications(), 1);
  });

  it("keeps a bounded number of tokens and drops the oldest", async (t) => {
    const { authorize, issuer, token, verifications } = await start(t);
    await authorize(token);
    for (let user = 0; user < 1_000; user += 1) {
      await authorize(signToken(key, { ...validClaims(issuer), sub: `user-${user}` }));
    }
    await authorize(token);
    assert.equal(verifications(), 1_002);
  });
});
