/**
 * The tokens of `refused-tokens.test.ts` for an issuer that signs with ES256 or EdDSA, which a container can
 * be configured to accept.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { appTarget, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";
import { claimAttacks, encodingAttacks } from "./support/attack-tokens.ts";
import { ellipticAttacks } from "./support/elliptic-attack-tokens.ts";

for (const algorithm of ["ES256", "EdDSA"] as const) {
  describe(`tokens signed with ${algorithm}`, () => {
    let issuer: TestIssuer;
    let app: Target;
    let cautious: Target;
    before(async () => {
      issuer = await startTestIssuer({ algorithm });
      app = await appTarget({ api: fixtureApi, issuer });
      cautious = await appTarget({ api: fixtureApi, issuer, environment: { JWT_ALGORITHMS: "RS256" } });
    });
    after(async () => {
      for (const target of [app, cautious]) await target.close();
      await issuer.close();
    });

    const status = async (token: string, target = app) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await target.request({ method: "GET", path: "/v1/me", headers })).status;
    };

    it("are accepted if JWT_ALGORITHMS names the algorithm, and refused otherwise", async () => {
      const token = issuer.sign(issuer.claims(["USERS"]));
      assert.deepEqual([await status(token), await status(token, cautious)], [200, 401]);
    });

    for (const [family, attacks] of [
      ["algorithm, curve and signature", ellipticAttacks(algorithm)],
      ["claims", claimAttacks],
      ["encoding, JSON and size", encodingAttacks],
    ] as const) {
      it(`are refused with a fault of ${family}`, async () => {
        assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length);
        const accepted: string[] = [];
        for (const { name, token, unsendable } of attacks)
          if (!unsendable && (await status(token(issuer, "http://127.0.0.1:1"))) !== 401) accepted.push(name);
        assert.deepEqual(accepted, []);
      });
    }
  });
}
