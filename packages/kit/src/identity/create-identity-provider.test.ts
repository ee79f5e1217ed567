import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { type StubProvider, startStubProvider } from "../../test/support/stub-provider.ts";
import { loadConfig } from "../config.ts";
import { createIdentityProvider } from "./create-identity-provider.ts";

let stub: StubProvider;
before(async () => {
  stub = await startStubProvider();
});
after(() => stub.close());

const configOf = (environment: Record<string, string>) =>
  loadConfig({
    RUNTIME: "CONTAINERIZED",
    JWT_ISSUER: `${stub.url}/`,
    JWT_AUTHORIZED_AUDIENCES: "client",
    JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "https://example.com/groups",
    ...stub.environment,
    ...environment,
  });

for (const [name, path, environment] of [
  ["none", "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword", { FIREBASE_APP_API_KEY: "key" }],
  [
    "firebase",
    "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword",
    { FIREBASE_APP_API_KEY: "key" },
  ],
  ["cognito", "/", { COGNITO_CLIENT_ID: "client" }],
  ["auth0", "/.well-known/openid-configuration", { AUTH0_CLIENT_ID: "client" }],
  ["oidc", "/.well-known/openid-configuration", { OIDC_CLIENT_ID: "client" }],
] as const) {
  it(`with the provider ${name}, a sign-in asks ${path} (stub)`, async () => {
    stub.answerWith(404, {});
    const config = configOf({
      AUTH_ENDPOINTS: "on",
      COGNITO_URL: stub.url,
      ...(name !== "none" && { IDENTITY_PROVIDER: name }),
      ...environment,
    });
    await assert.rejects(createIdentityProvider(config).signIn("alice@example.com", "not-secret"));
    assert.deepEqual(
      stub.requests.map(({ url }) => url.pathname),
      [path],
    );
  });
}

it("the same configuration gives the same provider, which keeps its discovery document", () => {
  const config = configOf({ FIREBASE_APP_API_KEY: "key" });
  assert.equal(createIdentityProvider(config), createIdentityProvider(config));
  assert.notEqual(
    createIdentityProvider(config),
    createIdentityProvider(configOf({ FIREBASE_APP_API_KEY: "key" })),
  );
});
