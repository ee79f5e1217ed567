import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, ConfigError, loadConfig, type OwnSettings, settings } from "./config.ts";
import { matching, oneOf, wholeNumber } from "./setting-parsers.ts";

type Environment = Record<string, string | undefined>;

/** The minimum for a start. */
const LEAST = {
  RUNTIME: "CONTAINERIZED",
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
};

function mistakesOf(environment: Environment, own: OwnSettings = {}): string[] {
  try {
    loadConfig(environment, { settings: own });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n");
  }
  return [];
}

interface SettingCases {
  /** The value if the variable is unset; a string stands for the sentence that then stops the start. */
  readonly unset: unknown;
  readonly value: (config: Config) => unknown;
  readonly right: readonly (readonly [text: string, value: unknown])[];
  readonly wrong: readonly string[];
  /** Without these, a valid value is refused. */
  readonly needs?: Environment;
}

const URLS_THAT_ARE_WRONG = [
  "example.com",
  "//example.com",
  "/path",
  "ftp://example.com",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://",
  "https://user@example.com",
  "https://user:hunter2@example.com",
  "https://:hunter2@example.com",
  "https://user:hunter2/hunter2@example.com",
  "https://example.com/?key=hunter2",
  "https://example.com/#x",
  "https://example.com ",
  " https://example.com",
  "https://example.com/a b",
  "https://example.com\n",
  "https://exam\tple.com",
  "https:example.com",
];

const cases: Record<keyof typeof settings, SettingCases> = {
  RUNTIME: {
    unset: "RUNTIME is not set; it must be LAMBDA or CONTAINERIZED, e.g. RUNTIME=CONTAINERIZED.",
    value: ({ runtime }) => runtime,
    right: [
      ["LAMBDA", "LAMBDA"],
      ["CONTAINERIZED", "CONTAINERIZED"],
    ],
    wrong: ["lambda", "Containerized", "CONTAINER", "LAMBDA ", "toString", "LAMBDA,CONTAINERIZED"],
  },
  NODE_ENV: {
    unset: { value: "production" },
    value: ({ environment }) => environment,
    right: [
      ["production", "production"],
      ["development", "development"],
      ["test", "test"],
    ],
    wrong: ["prod", "Production", "staging"],
  },
  AWS_API_GW_STAGE_NAME: {
    unset: { value: undefined },
    value: ({ stageName }) => stageName,
    right: [
      ["mvp", "mvp"],
      ["$default", "$default"],
      ["v1_2-x", "v1_2-x"],
    ],
    wrong: ["/mvp", "mvp/", "a b", "$other", "a".repeat(129)],
  },
  AWS_API_GW_MAPPING_KEY: {
    unset: { value: undefined },
    value: ({ mappingKey }) => mappingKey,
    right: [
      ["express", "express"],
      ["api/express", "api/express"],
    ],
    wrong: ["/express", "express/", "/", "a b", "a?b", "a#b", "ä", "a".repeat(301)],
  },
  IDENTITY_PROVIDER: {
    needs: {
      JWT_ISSUER: undefined,
      JWT_AUTHORIZED_AUDIENCES: undefined,
      COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI",
      COGNITO_CLIENT_ID: "1h57kf5cpq17m0eml12",
    },
    unset: { value: "firebase" },
    value: ({ identityProvider }) => identityProvider,
    right: [["cognito", "cognito"]],
    wrong: ["Cognito", "okta", "firebase,cognito"],
  },
  FIREBASE_PROJECT_ID: {
    unset: { value: ["my-project"] },
    value: ({ jwt }) => jwt.audiences,
    right: [["my-other-project", ["my-project"]]],
    wrong: ["My-Project", "a", "my project", "https://my-project"],
  },
  COGNITO_USER_POOL_ID: {
    unset: { value: undefined },
    value: ({ cognito }) => cognito.url,
    right: [["us-gov-west-1_AbCdEfGhI", undefined]],
    wrong: ["AbCdEfGhI", "eu-west-1", "eu-west-1_", "EU-WEST-1_AbCdEfGhI", "eu-west-1_AbCd/x"],
  },
  COGNITO_CLIENT_ID: {
    unset: { value: undefined },
    value: ({ cognito }) => cognito.clientId,
    right: [["1h57kf5cpq17m0eml12", "1h57kf5cpq17m0eml12"]],
    wrong: ["a b", "a-b", "a".repeat(129)],
  },
  COGNITO_CLIENT_SECRET: {
    unset: { value: undefined },
    value: ({ cognito }) => cognito.clientSecret,
    right: [["hunter2", "hunter2"]],
    wrong: ["hunter2 hunter2", " hunter2", "hünter2"],
  },
  COGNITO_URL: {
    unset: { value: undefined },
    value: ({ cognito }) => cognito.url,
    right: [["http://127.0.0.1:9229/", "http://127.0.0.1:9229"]],
    wrong: URLS_THAT_ARE_WRONG,
  },
  AUTH0_DOMAIN: {
    unset: { value: "https://securetoken.google.com/my-project" },
    value: ({ jwt }) => jwt.issuer,
    right: [["tenant.eu.auth0.com", "https://securetoken.google.com/my-project"]],
    wrong: ["https://tenant.eu.auth0.com", "tenant.eu.auth0.com/", "tenant", "Tenant.auth0.com"],
  },
  AUTH0_CLIENT_ID: {
    unset: { value: undefined },
    // Only counts together with its provider.
    value: ({ oidc }) => oidc.clientId,
    right: [["AbCdEf", undefined]],
    wrong: ["a b", " a"],
  },
  AUTH0_CLIENT_SECRET: {
    unset: { value: undefined },
    value: ({ oidc }) => oidc.clientSecret,
    right: [["hunter2", undefined]],
    wrong: ["hunter2 hunter2"],
  },
  OIDC_CLIENT_ID: {
    unset: { value: undefined },
    value: ({ oidc }) => oidc.clientId,
    right: [["my-api", "my-api"]],
    wrong: ["a b", " a"],
  },
  OIDC_CLIENT_SECRET: {
    unset: { value: undefined },
    value: ({ oidc }) => oidc.clientSecret,
    right: [["hunter2", "hunter2"]],
    wrong: ["hunter2 hunter2"],
  },
  OIDC_SCOPE: {
    unset: { value: undefined },
    value: ({ oidc }) => oidc.scope,
    right: [["openid orders:read", "openid orders:read"]],
    wrong: ["openid  email", " openid", 'a"b', "a\\b"],
  },
  JWT_ISSUER: {
    unset:
      "JWT_ISSUER is not set; it must be the issuer's URL, as in its discovery document, e.g. JWT_ISSUER=https://securetoken.google.com/my-project.",
    value: ({ jwt }) => jwt.issuer,
    right: [
      ["https://tenant.eu.auth0.com/", "https://tenant.eu.auth0.com/"],
      ["https://tenant.eu.auth0.com", "https://tenant.eu.auth0.com"],
      ["http://127.0.0.1:9099/x", "http://127.0.0.1:9099/x"],
    ],
    wrong: URLS_THAT_ARE_WRONG,
  },
  JWT_ISSUER_JWKS_URI: {
    unset: { value: undefined },
    value: ({ jwt }) => jwt.jwksUri,
    right: [
      [
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
      ],
      ["https://login.example.com/keys?p=policy", "https://login.example.com/keys?p=policy"],
    ],
    wrong: URLS_THAT_ARE_WRONG.filter((url) => !url.includes("?")),
  },
  JWT_AUTHORIZED_AUDIENCES: {
    unset:
      "JWT_AUTHORIZED_AUDIENCES is not set; it must be a comma-separated list of audiences, e.g. JWT_AUTHORIZED_AUDIENCES=my-project,my-other-project.",
    value: ({ jwt }) => jwt.audiences,
    right: [
      ["one", ["one"]],
      ["one, two ,https://api.example.com/", ["one", "two", "https://api.example.com/"]],
    ],
    wrong: [",", "one,", ",one", "one,,two", " ", "one, ,two"],
  },
  JWT_AUTHORIZATION_GROUPS_ATTR_NAME: {
    unset: { value: "groups" },
    value: ({ jwt }) => jwt.groupsClaim,
    right: [
      ["cognito:groups", "cognito:groups"],
      ["https://example.com/groups", "https://example.com/groups"],
      ["__proto__", "__proto__"],
    ],
    wrong: ["a b", " groups", "grüppen", "groups\n", "a".repeat(256)],
  },
  JWT_TOKEN_USE: {
    unset: { value: undefined },
    value: ({ jwt }) => jwt.tokenUse,
    right: [
      ["access", "access"],
      ["id", "id"],
    ],
    wrong: ["Access", "both", "access,id"],
  },
  JWT_ALGORITHMS: {
    unset: { value: ["RS256"] },
    value: ({ jwt }) => jwt.algorithms,
    right: [
      ["RS256", ["RS256"]],
      ["ES256, RS256", ["ES256", "RS256"]],
      ["EdDSA,EdDSA", ["EdDSA"]],
    ],
    wrong: ["none", "HS256", "RS256,", "es256", "RS256 ES256", "RS384"],
  },
  JWT_MAX_LIFETIME_HOURS: {
    unset: { value: 24 },
    value: ({ jwt }) => jwt.maxLifetimeHours,
    right: [
      ["1", 1],
      ["8760", 8760],
    ],
    wrong: ["0", "8761", "-1", "24h", "1.5"],
  },
  JWT_VERIFY_TOKEN_EXPIRATION: {
    unset: { value: true },
    value: ({ jwt }) => jwt.verifyExpiration,
    right: [
      ["true", true],
      ["false", false],
    ],
    wrong: ["True", "FALSE", "0", "1", "no", "off"],
  },
  AUTH_ENDPOINTS: {
    unset: { value: true },
    value: ({ features }) => features.authEndpoints,
    right: [
      ["on", true],
      ["off", false],
    ],
    wrong: ["true", "Off", "0", "no"],
  },
  DOCS: {
    unset: { value: true },
    value: ({ features }) => features.docs,
    right: [
      ["on", true],
      ["off", false],
    ],
    wrong: ["true", "Off", "0", "no"],
  },
  DEMO_CALLERS: {
    needs: { NODE_ENV: "development" },
    unset: { value: [] },
    value: ({ demoCallers }) => demoCallers,
    right: [
      ["a@example.com:hunter2", [{ username: "a@example.com", password: "hunter2" }]],
      [
        "a@example.com:hunter2, b+c@example.com:x-y",
        [
          { username: "a@example.com", password: "hunter2" },
          { username: "b+c@example.com", password: "x-y" },
        ],
      ],
    ],
    wrong: ["hunter2", "a@example.com:", ":hunter2", "a@example.com:hunter2,", "a:hunter2", "a@b:hunter 2"],
  },
  FIREBASE_APP_API_KEY: {
    unset:
      "FIREBASE_APP_API_KEY is not set; set the project's web API key, e.g. FIREBASE_APP_API_KEY=AIzaSyExample, or disable the token endpoints with AUTH_ENDPOINTS=off.",
    value: ({ firebase }) => firebase.apiKey,
    right: [["AIzaSy-hunter2_x", "AIzaSy-hunter2_x"]],
    wrong: ["hunter2 ", " hunter2", "hunter2\n", "hünter2"],
  },
  FIREBASE_IDENTITY_TOOLKIT_URL: {
    unset: { value: "https://identitytoolkit.googleapis.com" },
    value: ({ firebase }) => firebase.identityToolkitUrl,
    right: [
      [
        "http://127.0.0.1:9099/identitytoolkit.googleapis.com",
        "http://127.0.0.1:9099/identitytoolkit.googleapis.com",
      ],
      ["https://example.com/", "https://example.com"],
    ],
    wrong: URLS_THAT_ARE_WRONG,
  },
  FIREBASE_SECURE_TOKEN_URL: {
    unset: { value: "https://securetoken.googleapis.com" },
    value: ({ firebase }) => firebase.secureTokenUrl,
    right: [["https://example.com/a/", "https://example.com/a"]],
    wrong: URLS_THAT_ARE_WRONG,
  },
  AUTH_ERROR_DETAIL: {
    unset: { value: "generic" },
    value: ({ authErrorDetail }) => authErrorDetail,
    right: [
      ["provider", "provider"],
      ["generic", "generic"],
    ],
    wrong: ["Provider", "none", "true"],
  },
  CORS_ALLOW_ORIGINS: {
    unset: { value: ["*"] },
    value: ({ corsAllowOrigins }) => corsAllowOrigins,
    right: [
      ["*", ["*"]],
      [
        "https://app.example.com, http://localhost:3000",
        ["https://app.example.com", "http://localhost:3000"],
      ],
    ],
    wrong: [
      "app.example.com",
      "https://app.example.com/",
      "https://app.example.com/path",
      "https://App.example.com",
      "https://app.example.com:443",
      "https://*.example.com",
      "https://*",
      "null",
      "https://a.example.com,,https://b.example.com",
      "*,https://a.example.com",
    ],
  },
  CORS_ALLOW_HEADERS: {
    unset: { value: [] },
    value: ({ corsAllowHeaders }) => corsAllowHeaders,
    right: [
      ["*", ["*"]],
      ["x-tenant, X-Api-Key", ["x-tenant", "x-api-key"]],
    ],
    wrong: [",", "a b", "x-key:", "naïve", "*,x-tenant"],
  },
  CORS_EXPOSE_HEADERS: {
    unset: { value: [] },
    value: ({ corsExposeHeaders }) => corsExposeHeaders,
    right: [["X-Total-Count,link", ["x-total-count", "link"]]],
    wrong: [",", "a b", "x\r\ny", "link,*"],
  },
  CORS_ALLOW_CREDENTIALS: {
    unset: { value: false },
    value: ({ corsAllowCredentials }) => corsAllowCredentials,
    right: [
      ["on", true],
      ["off", false],
    ],
    wrong: ["true", "On"],
    needs: { CORS_ALLOW_ORIGINS: "https://app.example.com" },
  },
  ACCESS_LOG_SUBJECT: {
    unset: { value: false },
    value: ({ accessLogSubject }) => accessLogSubject,
    right: [
      ["on", true],
      ["off", false],
    ],
    wrong: ["true", "On"],
  },
  METRICS_NAMESPACE: {
    unset: { value: undefined },
    value: ({ metricsNamespace }) => metricsNamespace,
    right: [["my-api/production", "my-api/production"]],
    wrong: ["AWS/Lambda", "a b", "x".repeat(256)],
  },
  OTEL_TRACES_EXPORTER: {
    unset: { value: undefined },
    value: ({ traces }) => traces?.exporter,
    right: [
      ["otlp", "otlp"],
      ["console", "console"],
      ["none", undefined],
    ],
    wrong: ["zipkin", "OTLP"],
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    unset: { value: undefined },
    value: ({ traces }) => traces?.endpoint,
    right: [["https://collector.example.com/", "https://collector.example.com"]],
    wrong: ["collector.example.com", "ftp://collector.example.com"],
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    unset: { value: undefined },
    value: ({ traces }) => traces?.headers,
    right: [["x-api-key=a%20b=c,x-team=1", { "x-api-key": "a b=c", "x-team": "1" }]],
    wrong: ["x-api-key", "x-api-key=%", "=a"],
    needs: { OTEL_TRACES_EXPORTER: "otlp" },
  },
  HOST: {
    unset: { value: "0.0.0.0" },
    value: ({ host }) => host,
    right: [
      ["127.0.0.1", "127.0.0.1"],
      ["::1", "::1"],
      ["localhost", "localhost"],
    ],
    wrong: ["local host", "http://localhost", "127.0.0.1/8"],
  },
  PORT: {
    unset: { value: 5000 },
    value: ({ port }) => port,
    right: [
      ["0", 0],
      ["8080", 8080],
      ["65535", 65_535],
    ],
    wrong: ["65536", "-1", "80.5", "8e3", "0x50", " 80", "http", "99999999999"],
  },
  TRUSTED_CDN: {
    unset: { value: undefined },
    value: ({ trustedCdn }) => trustedCdn,
    right: [["cloudflare", "cloudflare"]],
    wrong: ["Cloudflare", "cloudfront", "on"],
  },
  TRUSTED_PROXY_HOPS: {
    unset: { value: 0 },
    value: ({ trustedProxyHops }) => trustedProxyHops,
    right: [
      ["0", 0],
      ["10", 10],
    ],
    wrong: ["11", "-1", "true", "loopback"],
  },
  DRAIN_DELAY_SECONDS: {
    unset: { value: 0 },
    value: ({ drainDelaySeconds }) => drainDelaySeconds,
    right: [
      ["0", 0],
      ["300", 300],
    ],
    wrong: ["-1", "301", "10s", "1.5"],
  },
  BODY_IDLE_TIMEOUT_SECONDS: {
    unset: { value: 10 },
    value: ({ bodyTimeouts }) => bodyTimeouts.idleSeconds,
    right: [
      ["1", 1],
      ["28", 28],
    ],
    wrong: ["0", "29", "10s", "1.5"],
  },
  BODY_TIMEOUT_SECONDS: {
    unset: { value: 20 },
    value: ({ bodyTimeouts }) => bodyTimeouts.totalSeconds,
    right: [
      ["1", 1],
      ["28", 28],
    ],
    wrong: ["0", "29", "20s", "1.5"],
  },
  WEB_CONCURRENCY: {
    unset: { value: 1 },
    value: ({ workers }) => workers,
    right: [
      ["1", 1],
      ["128", 128],
    ],
    wrong: ["0", "129", "auto", "1.5"],
  },
};

for (const [name, { unset, value, right, wrong, needs = {} }] of Object.entries(cases)) {
  const setting = settings[name as keyof typeof settings];

  describe(name, () => {
    it("is explained, and its example is valid", () => {
      assert.match(setting.description, /^[A-Z`].+\.$/);
      assert.deepEqual(mistakesOf({ ...LEAST, ...needs, [name]: setting.example }), []);
    });

    it(typeof unset === "string" ? "is needed" : "has a default", () => {
      for (const text of [undefined, ""]) {
        if (typeof unset === "string") assert.deepEqual(mistakesOf({ ...LEAST, [name]: text }), [unset]);
        else {
          const config = loadConfig({ ...LEAST, [name]: text });
          assert.deepEqual(value(config), (unset as { value: unknown }).value);
        }
      }
    });

    for (const [text, parsed] of right) {
      it(`may be ${text.slice(0, 60)}`, () => {
        assert.deepEqual(value(loadConfig({ ...LEAST, ...needs, [name]: text })), parsed);
      });
    }

    for (const text of wrong) {
      it(`may not be ${JSON.stringify(text).slice(0, 60)}, which one sentence explains`, () => {
        const [sentence = "", ...others] = mistakesOf({ ...LEAST, [name]: text });
        assert.deepEqual(others, []);
        assert.ok(sentence.startsWith(`${name} is invalid`), sentence);
        assert.ok(
          sentence.endsWith(`; it must be ${setting.rule}, e.g. ${name}=${setting.example}.`),
          sentence,
        );
        assert.ok(!sentence.includes("hunter2"), "a secret is quoted");
        assert.ok(sentence.length < 500);
      });
    }
  });
}

describe("loadConfig", () => {
  for (const [misspelt, meant] of [
    ["JWT_AUTHORISED_AUDIENCES", "JWT_AUTHORIZED_AUDIENCES"],
    ["JWT_AUDIENCES", "JWT_AUTHORIZED_AUDIENCES"],
    ["JWT_ISSUER_URL", "JWT_ISSUER"],
    ["JWT_ISSUER_JWKS_URL", "JWT_ISSUER_JWKS_URI"],
    ["JWT_JWKS_URI", "JWT_ISSUER_JWKS_URI"],
    ["JWT_VERIFY_EXPIRATION", "JWT_VERIFY_TOKEN_EXPIRATION"],
    ["JWT_AUTHORIZATION_GROUP_ATTR_NAME", "JWT_AUTHORIZATION_GROUPS_ATTR_NAME"],
    ["AWS_API_GW_STAGE", "AWS_API_GW_STAGE_NAME"],
    ["AWS_API_GW_MAPPINGKEY", "AWS_API_GW_MAPPING_KEY"],
  ] as const) {
    it(`takes ${misspelt} for a misspelling, and suggests the right name`, () => {
      const { example } = settings[meant];
      assert.deepEqual(mistakesOf({ ...LEAST, [misspelt]: "hunter2" }), [
        `Unknown setting ${misspelt}. Did you mean ${meant}, for example ${meant}=${example}?`,
      ]);
    });
  }

  it("ignores variables of other programs, and an empty misspelt one", () => {
    assert.deepEqual(
      mistakesOf({
        ...LEAST,
        JWT: "x",
        AWS_REGION: "eu-west-1",
        FIREBASE_CONFIG: "{}",
        PORTS: "1",
        JWT_ISUER: "",
      }),
      [],
    );
  });

  it("names every mistake at once, one sentence a line", () => {
    const mistakes = mistakesOf({ PORT: "http", NODE_ENV: "prod", CORS_ALLOW_ORIGINS: "a\nb" });
    assert.deepEqual(mistakes.map((mistake) => mistake.split(" ")[0]).sort(), [
      "CORS_ALLOW_ORIGINS",
      "FIREBASE_APP_API_KEY",
      "JWT_AUTHORIZED_AUDIENCES",
      "JWT_ISSUER",
      "NODE_ENV",
      "PORT",
      "RUNTIME",
    ]);
  });

  it("quotes the wrong value", () => {
    assert.deepEqual(mistakesOf({ ...LEAST, PORT: "http" }), [
      'PORT is invalid ("http"); it must be a number from 0 to 65535, e.g. PORT=5000.',
    ]);
    const [sentence] = mistakesOf({ ...LEAST, HOST: "x y ".repeat(100) });
    assert.ok((sentence?.length ?? 0) < 250);
  });

  it("never quotes a secret", () => {
    assert.deepEqual(mistakesOf({ ...LEAST, FIREBASE_APP_API_KEY: "hunter2 hunter2" }), [
      "FIREBASE_APP_API_KEY is invalid; it must be a web API key, e.g. FIREBASE_APP_API_KEY=AIzaSyExample.",
    ]);
  });

  it("quotes only the wrong part of a URL, and nothing that may be secret", () => {
    const [sentence] = mistakesOf({
      ...LEAST,
      FIREBASE_SECURE_TOKEN_URL: "https://u:hunter2@example.com/v1?key=hunter2#hunter2",
    });
    assert.match(
      sentence ?? "",
      /^FIREBASE_SECURE_TOKEN_URL is invalid \("https:\/\/…@example\.com\/v1…"\); /,
    );
  });

  it("refuses demo callers in production", () => {
    for (const NODE_ENV of ["production", undefined]) {
      assert.deepEqual(mistakesOf({ ...LEAST, NODE_ENV, DEMO_CALLERS: "a@example.com:hunter2" }), [
        "DEMO_CALLERS shows passwords publicly, so production does not allow it; unset it, or set NODE_ENV=development for a local stack.",
      ]);
    }
  });

  it("needs no API key where the token endpoints are off", () => {
    const { FIREBASE_APP_API_KEY: _, ...keyless } = LEAST;
    assert.equal(loadConfig({ ...keyless, AUTH_ENDPOINTS: "off" }).firebase.apiKey, undefined);
    assert.deepEqual(
      mistakesOf({ ...keyless, AUTH_ENDPOINTS: "x" }).map((mistake) => mistake.split(" ")[0]),
      ["AUTH_ENDPOINTS"],
    );
  });

  it("gives the reason for a refused sign-in only in development, unless it is configured otherwise", () => {
    for (const [NODE_ENV, AUTH_ERROR_DETAIL, expected] of [
      ["development", undefined, "provider"],
      ["test", undefined, "generic"],
      ["production", undefined, "generic"],
      [undefined, undefined, "generic"],
      ["development", "generic", "generic"],
      ["production", "provider", "provider"],
    ] as const) {
      assert.equal(loadConfig({ ...LEAST, NODE_ENV, AUTH_ERROR_DETAIL }).authErrorDetail, expected);
    }
  });

  it("leaves the environment alone", () => {
    const environment = Object.freeze({ ...LEAST });
    loadConfig(environment);
    assert.deepEqual(environment, LEAST);
  });
});

describe("the entry that is started", () => {
  it("must run as RUNTIME says: RUNTIME=CONTAINERIZED does not make Lambda's entry trust events", () => {
    assert.throws(() => loadConfig(LEAST, { runtime: "LAMBDA" }), {
      name: "ConfigError",
      message:
        "RUNTIME is CONTAINERIZED, but this entry point runs as LAMBDA; set RUNTIME=LAMBDA, or start the other entry point.",
    });
    assert.equal(loadConfig(LEAST, { runtime: "CONTAINERIZED" }).runtime, "CONTAINERIZED");
  });
});

describe("signatures that API Gateway does not verify", () => {
  it("are refused in Lambda, alone and with RS256, and accepted in a container", () => {
    for (const JWT_ALGORITHMS of ["ES256", "RS256,EdDSA"]) {
      assert.throws(() => loadConfig({ ...LEAST, RUNTIME: "LAMBDA", JWT_ALGORITHMS }), {
        message: `JWT_ALGORITHMS has ${JWT_ALGORITHMS.split(",").at(-1)}, which API Gateway cannot verify; sign with RS256 at the provider, or run the API as a container.`,
      });
      assert.equal(loadConfig({ ...LEAST, JWT_ALGORITHMS }).jwt.algorithms.join(), JWT_ALGORITHMS);
    }
  });
});

describe("an API's own settings", () => {
  const own = {
    DATABASE_URL: {
      description: "Where the orders are stored.",
      rule: "a JSON object",
      example: '{"host":"127.0.0.1"}',
      secret: true,
      parse: (text: string): unknown => JSON.parse(text),
    },
    MAX_ORDERS: {
      description: "How many orders a page has.",
      rule: "a number from 1 to 100",
      example: "20",
      default: "10",
      parse: wholeNumber(1, 100),
    },
    REGION: {
      description: "Where orders are shipped to.",
      rule: "eu or us",
      example: "eu",
      optional: true,
      parse: oneOf("eu", "us"),
    },
    JWT_EXTRA: {
      description: "Its name begins like the kit's.",
      rule: "letters",
      example: "abc",
      optional: true,
      parse: matching(/^[a-z]+$/),
    },
  } as const;
  const load = (environment: Environment) => loadConfig({ ...LEAST, ...environment }, { settings: own });
  const ownMistakes = (environment: Environment) => mistakesOf({ ...LEAST, ...environment }, own);

  it("are parsed together with the kit's, under the names of their variables and with their types", () => {
    const { settings, port } = load({ DATABASE_URL: "{}", MAX_ORDERS: "7", REGION: "us", JWT_EXTRA: "x" });
    const size: number = settings.MAX_ORDERS;
    const region: "eu" | "us" | undefined = settings.REGION;
    assert.deepEqual([settings.DATABASE_URL, size, region, settings.JWT_EXTRA], [{}, 7, "us", "x"]);
    assert.equal(port, 5000);
    // @ts-expect-error a setting that was not declared
    assert.equal(settings.OTHER, undefined);
    // @ts-expect-error an optional setting may be unset
    const certain: "eu" | "us" = settings.REGION;
    assert.equal(certain, "us");
  });

  it("take their defaults when unset or empty, and are undefined when optional", () => {
    for (const unset of [undefined, ""]) {
      const { settings } = load({ DATABASE_URL: "{}", MAX_ORDERS: unset, REGION: unset });
      assert.deepEqual([settings.MAX_ORDERS, settings.REGION], [10, undefined]);
    }
  });

  it("are reported together with the kit's mistakes", () => {
    assert.deepEqual(ownMistakes({ PORT: "http", MAX_ORDERS: "101", REGION: "mars" }), [
      'PORT is invalid ("http"); it must be a number from 0 to 65535, e.g. PORT=5000.',
      'DATABASE_URL is not set; it must be a JSON object, e.g. DATABASE_URL={"host":"127.0.0.1"}.',
      'MAX_ORDERS is invalid ("101"); it must be a number from 1 to 100, e.g. MAX_ORDERS=20.',
      'REGION is invalid ("mars"); it must be eu or us, e.g. REGION=eu.',
    ]);
  });

  it("are never quoted if they are secret, not even by a parser that throws", () => {
    assert.deepEqual(ownMistakes({ DATABASE_URL: "hunter2" }), [
      'DATABASE_URL is invalid; it must be a JSON object, e.g. DATABASE_URL={"host":"127.0.0.1"}.',
    ]);
  });

  it("are unknown to an API that does not declare them", () => {
    assert.match(mistakesOf({ ...LEAST, JWT_EXTRA: "x" })[0] ?? "", /^Unknown setting JWT_EXTRA\./);
    assert.deepEqual(loadConfig({ ...LEAST, MAX_ORDERS: "7" }).settings, {});
  });
});

describe("cookies for pages of other origins", () => {
  for (const name of ["CORS_ALLOW_ORIGINS", "CORS_ALLOW_HEADERS", "CORS_EXPOSE_HEADERS"]) {
    it(`are refused where ${name} is *, as browsers and the gateway do`, () => {
      const listed = { CORS_ALLOW_ORIGINS: "https://app.example.com", CORS_ALLOW_CREDENTIALS: "on" };
      const [sentence = "", ...others] = mistakesOf({ ...LEAST, ...listed, [name]: "*" });
      assert.deepEqual(others, []);
      assert.ok(sentence.startsWith(`CORS_ALLOW_CREDENTIALS is on and ${name} is *, `), sentence);
    });
  }
});
