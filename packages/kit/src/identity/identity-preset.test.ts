import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError, loadConfig } from "../config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const load = (environment: Environment) => loadConfig({ RUNTIME: "CONTAINERIZED", ...environment });

function mistakesOf(environment: Environment): string[] {
  try {
    load(environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n");
  }
}

const FIREBASE = {
  IDENTITY_PROVIDER: "firebase",
  FIREBASE_PROJECT_ID: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
};
const COGNITO = {
  IDENTITY_PROVIDER: "cognito",
  COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI",
  COGNITO_CLIENT_ID: "1h57kf5cpq17m0eml12",
};
const AUTH0 = {
  IDENTITY_PROVIDER: "auth0",
  AUTH0_DOMAIN: "my-tenant.eu.auth0.com",
  JWT_AUTHORIZED_AUDIENCES: "https://api.example.com/",
};
const OIDC = {
  IDENTITY_PROVIDER: "oidc",
  JWT_ISSUER: "https://issuer.example.com/realms/a",
  JWT_AUTHORIZED_AUDIENCES: "my-api",
};
const PROVIDERS = { firebase: FIREBASE, cognito: COGNITO, auth0: AUTH0, oidc: OIDC };
const POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

describe("the settings derived from a provider", () => {
  const expected = {
    firebase: {
      issuer: "https://securetoken.google.com/my-project",
      jwksUri: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
      audiences: ["my-project"],
      groupsClaim: "groups",
      tokenUse: undefined,
    },
    cognito: {
      issuer: POOL,
      jwksUri: `${POOL}/.well-known/jwks.json`,
      audiences: ["1h57kf5cpq17m0eml12"],
      groupsClaim: "cognito:groups",
      tokenUse: "access",
    },
    auth0: {
      issuer: "https://my-tenant.eu.auth0.com/",
      jwksUri: "https://my-tenant.eu.auth0.com/.well-known/jwks.json",
      audiences: ["https://api.example.com/"],
      groupsClaim: "https://api.example.com/groups",
      tokenUse: undefined,
    },
    oidc: {
      issuer: "https://issuer.example.com/realms/a",
      jwksUri: undefined,
      audiences: ["my-api"],
      groupsClaim: "groups",
      tokenUse: undefined,
    },
  };
  for (const name of ["firebase", "cognito", "auth0", "oidc"] as const) {
    it(`${name}: issuer, keys, audience, groups claim and kind of token`, () => {
      const { jwt, identityProvider } = load(PROVIDERS[name]);
      assert.equal(identityProvider, name);
      const same = { verifyExpiration: true, algorithms: ["RS256"], maxLifetimeHours: 24 };
      assert.deepEqual(jwt, { ...expected[name], ...same });
    });
  }

  it("without a named provider, nothing is derived, whatever else is set", () => {
    const { IDENTITY_PROVIDER: _, ...values } = COGNITO;
    const byHand = { JWT_ISSUER: POOL, JWT_AUTHORIZED_AUDIENCES: "a", FIREBASE_APP_API_KEY: "key" };
    const { jwt, cognito, features } = load({ ...values, ...byHand });
    assert.deepEqual(
      [jwt.groupsClaim, jwt.jwksUri, jwt.tokenUse, cognito.url, features.authEndpoints],
      ["groups", undefined, undefined, undefined, true],
    );
  });

  it("Cognito is called in the pool's own region", () => {
    assert.equal(load(COGNITO).cognito.url, "https://cognito-idp.eu-west-1.amazonaws.com");
    const elsewhere = { ...COGNITO, COGNITO_USER_POOL_ID: "us-gov-west-1_AbCdEfGhI" };
    assert.equal(load(elsewhere).cognito.url, "https://cognito-idp.us-gov-west-1.amazonaws.com");
  });

  it("each can still be set by hand", () => {
    const { jwt } = load({
      ...COGNITO,
      JWT_ISSUER_JWKS_URI: "http://127.0.0.1:9229/keys",
      JWT_AUTHORIZED_AUDIENCES: "another,1h57kf5cpq17m0eml12",
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "custom:groups",
      JWT_TOKEN_USE: "id",
    });
    assert.deepEqual(
      [jwt.jwksUri, jwt.audiences, jwt.groupsClaim, jwt.tokenUse],
      ["http://127.0.0.1:9229/keys", ["another", "1h57kf5cpq17m0eml12"], "custom:groups", "id"],
    );
    const { JWT_ISSUER, FIREBASE_PROJECT_ID: _, ...rest } = { ...OIDC, ...FIREBASE };
    assert.equal(load({ ...rest, JWT_ISSUER }).jwt.issuer, JWT_ISSUER);
  });
});

describe("a missing value of the provider stops the start with one sentence", () => {
  for (const [name, variable, sentence] of [
    ["firebase", "FIREBASE_PROJECT_ID", "a project ID, e.g. FIREBASE_PROJECT_ID=my-project."],
    ["cognito", "COGNITO_USER_POOL_ID", "a user pool ID, e.g. COGNITO_USER_POOL_ID=eu-west-1_AbCdEfGhI."],
    ["cognito", "COGNITO_CLIENT_ID", "an app client ID, e.g. COGNITO_CLIENT_ID=1h57kf5cpq17m0eml12EXAMPLE."],
    [
      "auth0",
      "AUTH0_DOMAIN",
      "a domain name without https:// or slashes, e.g. AUTH0_DOMAIN=my-tenant.eu.auth0.com.",
    ],
    [
      "oidc",
      "JWT_ISSUER",
      "the issuer's URL, as in its discovery document, e.g. JWT_ISSUER=https://securetoken.google.com/my-project.",
    ],
  ] as const) {
    it(`${name}: ${variable}`, () => {
      assert.deepEqual(mistakesOf({ ...PROVIDERS[name], [variable]: undefined }), [
        `${variable} is not set; it must be ${sentence}`,
      ]);
    });
  }

  for (const [variable, wrong, environment] of [
    ["COGNITO_USER_POOL_ID", "AbCdEfGhI", COGNITO],
    ["COGNITO_USER_POOL_ID", "AbCdEfGhI", { ...COGNITO, JWT_ISSUER: POOL }],
    ["COGNITO_CLIENT_ID", "a b", COGNITO],
    ["FIREBASE_PROJECT_ID", "My Project", FIREBASE],
    ["AUTH0_DOMAIN", "https://my-tenant.eu.auth0.com/", AUTH0],
    ["JWT_ISSUER", "issuer.example.com", OIDC],
    ["IDENTITY_PROVIDER", "Okta", {}],
    ["IDENTITY_PROVIDER", "Cognito", COGNITO],
  ] as const)
    it(`a wrong value of the provider is reported once, too: ${variable}=${wrong}`, () => {
      const [sentence = "", ...others] = mistakesOf({ ...environment, [variable]: wrong });
      assert.ok(sentence.startsWith(`${variable} is invalid ("${wrong}"); `), sentence);
      assert.deepEqual(others, []);
    });
});

describe("a contradiction stops the start with one sentence", () => {
  for (const [title, environment, sentence] of [
    [
      "an issuer that is not the project's",
      { ...FIREBASE, JWT_ISSUER: "https://securetoken.google.com/other" },
      "JWT_ISSUER is https://securetoken.google.com/other, but FIREBASE_PROJECT_ID says https://securetoken.google.com/my-project; leave one of the two unset.",
    ],
    [
      "an issuer of Auth0 without its slash",
      { ...AUTH0, JWT_ISSUER: "https://my-tenant.eu.auth0.com" },
      "JWT_ISSUER is https://my-tenant.eu.auth0.com, but AUTH0_DOMAIN says https://my-tenant.eu.auth0.com/; leave one of the two unset.",
    ],
    [
      "the same, all set by hand",
      { ...AUTH0, AUTH0_DOMAIN: undefined, JWT_ISSUER: "https://login.example.com" },
      "JWT_ISSUER is https://login.example.com, but issuers of Auth0 end in a slash; set JWT_ISSUER=https://login.example.com/.",
    ],
    [
      "an issuer of another provider",
      { ...FIREBASE, FIREBASE_PROJECT_ID: undefined, JWT_ISSUER: POOL, JWT_AUTHORIZED_AUDIENCES: "a" },
      `IDENTITY_PROVIDER is firebase, but JWT_ISSUER is ${POOL}; set IDENTITY_PROVIDER=cognito, or leave JWT_ISSUER unset.`,
    ],
    [
      "audiences without the project",
      { ...FIREBASE, JWT_AUTHORIZED_AUDIENCES: "other,another" },
      "JWT_AUTHORIZED_AUDIENCES is other,another, but FIREBASE_PROJECT_ID says my-project; add it, or leave JWT_AUTHORIZED_AUDIENCES unset.",
    ],
    [
      "audiences without the client",
      { ...COGNITO, JWT_AUTHORIZED_AUDIENCES: "other" },
      "JWT_AUTHORIZED_AUDIENCES is other, but COGNITO_CLIENT_ID says 1h57kf5cpq17m0eml12; add it, or leave JWT_AUTHORIZED_AUDIENCES unset.",
    ],
    [
      "a groups claim that Auth0 drops",
      { ...AUTH0, JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "roles" },
      "JWT_AUTHORIZATION_GROUPS_ATTR_NAME is roles, a claim that Auth0 drops; name one of your own, e.g. JWT_AUTHORIZATION_GROUPS_ATTR_NAME=https://api.example.com/groups.",
    ],
    [
      "an Auth0 audience that is not a usable groups claim",
      { ...AUTH0, JWT_AUTHORIZED_AUDIENCES: "my-api" },
      "JWT_AUTHORIZATION_GROUPS_ATTR_NAME is groups, a claim that Auth0 drops; name one of your own, e.g. JWT_AUTHORIZATION_GROUPS_ATTR_NAME=https://api.example.com/groups.",
    ],
    [
      "signatures that the provider does not create",
      { ...COGNITO, JWT_ALGORITHMS: "ES256" },
      "JWT_ALGORITHMS is ES256, but cognito signs with RS256; leave it unset.",
    ],
    [
      "a kind of token for a provider without kinds",
      { ...AUTH0, JWT_TOKEN_USE: "access" },
      "JWT_TOKEN_USE is access, but tokens of auth0 have no claim token_use, so all would be refused; leave it unset.",
    ],
  ] as const) {
    it(title, () => assert.deepEqual(mistakesOf(environment), [sentence]));
  }
});

describe("the token endpoints", () => {
  it("are on by default where passwords can be exchanged, and off where that must be enabled first", () => {
    const on = Object.entries(PROVIDERS).filter(
      ([, environment]) => load(environment).features.authEndpoints,
    );
    assert.deepEqual(
      on.map(([name]) => name),
      ["firebase", "cognito"],
    );
  });

  for (const [name, variable] of [
    ["firebase", "FIREBASE_APP_API_KEY"],
    ["cognito", "COGNITO_CLIENT_ID"],
    ["auth0", "AUTH0_CLIENT_ID"],
    ["oidc", "OIDC_CLIENT_ID"],
  ] as const) {
    it(`of ${name} need ${variable}, and the sentence says how to switch them off`, () => {
      const audiences = name === "cognito" ? { JWT_AUTHORIZED_AUDIENCES: "a" } : {};
      const [sentence = "", ...others] = mistakesOf({
        ...PROVIDERS[name],
        ...audiences,
        AUTH_ENDPOINTS: "on",
        [variable]: undefined,
      });
      assert.match(sentence, new RegExp(`^${variable} is not set; set .*AUTH_ENDPOINTS=off\\.$`));
      assert.deepEqual(others, []);
    });
  }

  it("of Cognito need its URL, if its issuer was set by hand", () => {
    const byHand = { ...COGNITO, COGNITO_USER_POOL_ID: undefined, JWT_ISSUER: POOL };
    assert.match(mistakesOf(byHand).join("\n"), /^COGNITO_USER_POOL_ID is not set; .*\.$/);
    assert.deepEqual(mistakesOf({ ...byHand, COGNITO_URL: "http://127.0.0.1:9229" }), []);
    assert.deepEqual(mistakesOf({ ...byHand, AUTH_ENDPOINTS: "off" }), []);
  });

  it("sign in with the client of the chosen provider", () => {
    const clients = {
      AUTH_ENDPOINTS: "on",
      AUTH0_CLIENT_ID: "of-auth0",
      AUTH0_CLIENT_SECRET: "auth0-secret",
      OIDC_CLIENT_ID: "of-oidc",
    };
    assert.deepEqual(load({ ...AUTH0, ...clients }).oidc, {
      clientId: "of-auth0",
      clientSecret: "auth0-secret",
      scope: "openid offline_access",
    });
    assert.deepEqual(load({ ...OIDC, ...clients }).oidc, {
      clientId: "of-oidc",
      clientSecret: undefined,
      scope: "openid",
    });
  });
});
