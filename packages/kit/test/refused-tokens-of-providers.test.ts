/**
 * The tokens of `refused-tokens.test.ts`, derived from each identity provider's tokens, with attacks specific
 * to one of them: in the container, and in Lambda as if the gateway had accepted everything.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { IDENTITY_PROVIDERS, type IdentityProviderName } from "../src/identity/identity-preset.ts";
import { flatten } from "../src/testing/gateway-verdict.ts";
import { appTarget, handlerTargetWith, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer, type TokenParts } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";
import { algorithmAttacks, claimAttacks, encodingAttacks } from "./support/attack-tokens.ts";

const NOWHERE = "http://127.0.0.1:1";
/** Attacks elsewhere that are the normal form of this provider's tokens. */
const NO_ATTACK: Readonly<Partial<Record<IdentityProviderName, readonly string[]>>> = {
  cognito: ["aud missing", "no aud, azp right"],
};

/** Tokens that the provider itself signs for another purpose. */
const OTHER_TOKENS: Readonly<Record<IdentityProviderName, readonly (readonly [string, TokenParts])[]>> = {
  firebase: [["of another project", { aud: "other-project" }]],
  cognito: [
    ["ID token", { aud: "testclient", client_id: undefined, token_use: "id" }],
    ["ID token that names its client twice", { aud: "testclient", token_use: "id" }],
    ["without a kind", { token_use: undefined }],
    ["with several kinds", { token_use: ["access", "id"] }],
    ["of another client", { client_id: "another" }],
    ["of another client, for this audience as well", { aud: "another" }],
    ["without a client", { client_id: undefined }],
    ["of a list of clients", { client_id: ["testclient"] }],
  ],
  auth0: [
    ["ID token", { aud: "test-client" }],
    ["for the user's data only", { aud: ["https://tenant.example.com/userinfo"] }],
    ["for an API whose name begins alike", { aud: ["https://test-audience.example.com/"] }],
    [
      "that names the API only as the authorized party",
      { aud: undefined, azp: "https://test-audience.example.com" },
    ],
  ],
  oidc: [["ID token", { aud: "test-client" }]],
};

for (const provider of IDENTITY_PROVIDERS) {
  describe(`tokens like those of ${provider}`, () => {
    let issuer: TestIssuer;
    let targets: readonly Target[];
    before(async () => {
      issuer = await startTestIssuer({ provider });
      const options = { api: fixtureApi, issuer };
      const blind = handlerTargetWith({ verdict: async (header) => acceptedBlindly(header) });
      targets = [await appTarget(options), await blind(options)];
    });
    after(async () => {
      for (const target of targets) await target.close();
      await issuer.close();
    });

    function acceptedBlindly(header = "") {
      let claims = flatten(issuer.claims(["USERS", "ADMINS"]));
      try {
        claims = flatten(JSON.parse(Buffer.from(header.split(".")[1] ?? "", "base64url").toString()));
      } catch {
        // Even a gateway that verifies nothing finds no claims in it.
      }
      return { jwt: { claims, scopes: null } };
    }

    const statuses = (token: string, among = targets) =>
      Promise.all(
        among.map(async (target) => {
          const headers = { authorization: `Bearer ${token}` };
          return (await target.request({ method: "GET", path: "/v1/me", headers })).status;
        }),
      );

    it("are accepted unchanged", async () => {
      assert.deepEqual(await statuses(issuer.sign(issuer.claims(["USERS"]))), [200, 200]);
    });

    for (const [family, attacks] of [
      ["algorithm, signature and keys", algorithmAttacks],
      ["claims", claimAttacks],
      ["encoding, JSON and size", encodingAttacks],
    ] as const) {
      it(`are refused with a fault of ${family}`, async () => {
        const accepted: string[] = [];
        for (const { name, token, unsendable, onlySignatureTells } of attacks) {
          if (unsendable || NO_ATTACK[provider]?.includes(name)) continue;
          // Lambda leaves the signature to the gateway.
          const among = onlySignatureTells ? targets.slice(0, 1) : targets;
          if ((await statuses(token(issuer, NOWHERE), among)).some((status) => status !== 401))
            accepted.push(name);
        }
        assert.deepEqual(accepted, []);
      });
    }

    for (const [name, overrides] of OTHER_TOKENS[provider]) {
      it(`are refused if they are for another purpose: ${name}`, async () => {
        assert.deepEqual(
          await statuses(issuer.sign(issuer.claims(["USERS", "ADMINS"], overrides))),
          [401, 401],
        );
      });
    }
  });
}
