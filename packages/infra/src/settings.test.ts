import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OwnSettings } from "@lambda-express-api/kit/config.ts";
import { api } from "../test/fixtures/api/src/api.ts";
import { loadSettings as loadSettingsOf, SettingsError, settingsTable } from "./settings.ts";
import { stageFacts } from "./stage.ts";
import type { AnyStages } from "./stages.ts";

const required = {
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
};

const loadSettings = (stage: string, environment: Record<string, string>) =>
  loadSettingsOf(stage, environment, api);

function mistakesOf(environment: Record<string, string>, stage = "dev"): string[] {
  try {
    loadSettings(stage, environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split("\n");
  }
}

describe("a setting that the deployment decides", () => {
  for (const name of ["TRUSTED_PROXY_HOPS", "WEB_CONCURRENCY"])
    it(`is refused rather than ignored: ${name}`, () => {
      const [mistake, ...others] = mistakesOf({ ...required, [name]: "2" });
      assert.deepEqual(others, []);
      assert.match(
        mistake ?? "",
        new RegExp(`^${name} is set, but the deployment decides its value .*: ${name}= in`),
      );
      assert.deepEqual(mistakesOf({ ...required, [name]: "" }), []);
    });
});

describe("a CDN in front", () => {
  const cloudflare = { DOMAIN_NAME: "api.example.com", DNS: "cloudflare", CLOUDFLARE_API_TOKEN: "secret" };
  for (const [what, environment, expected] of [
    ["Cloudflare, which proxies the records that it hosts", cloudflare, "cloudflare"],
    ["one that the owner has set up", { TRUSTED_CDN: "cloudflare" }, "cloudflare"],
    ["none", {}, undefined],
  ] as const)
    it(`is passed to the API: ${what}`, () => {
      assert.equal(loadSettings("dev", { ...required, ...environment }).environment.TRUSTED_CDN, expected);
    });
});

/** Other settings that a setting needs. */
const companions = {
  DNS: { DOMAIN_NAME: "api.example.com" },
  DNS_ZONE_ID: { DOMAIN_NAME: "api.example.com" },
  DNS_OVERRIDE: { DOMAIN_NAME: "api.example.com" },
  CERTIFICATE_ARN: { DOMAIN_NAME: "api.example.com" },
  DOMAIN_IP_ADDRESS_TYPE: { DOMAIN_NAME: "api.example.com" },
  DOMAIN_OTHER_APIS: { DOMAIN_NAME: "api.example.com" },
  EXECUTE_API_ENDPOINT: { DOMAIN_NAME: "api.example.com" },
  BUDGET_USD: { BUDGET_EMAILS: "ops@example.com" },
  BUDGET_EMAILS: { BUDGET_USD: "20" },
  CONTAINER_IMAGE: { CONTAINER_DOMAIN_NAME: "container.example.com" },
  CONTAINER_DOMAIN_NAME: { CONTAINER_IMAGE: "example/image:1" },
} as Record<string, Record<string, string>>;

const boundary = { PERMISSIONS_BOUNDARY_ARN: settingsTable.PERMISSIONS_BOUNDARY_ARN.example };

const wrong: Record<keyof typeof settingsTable, readonly string[]> = {
  PERMANENT: ["yes"],
  TAGS: [
    "team",
    "=orders",
    "aws:team=orders",
    "team=orders,",
    "a=1;b=2",
    Array.from("abcdefghi", (name) => `${name}=1`).join(),
  ],
  MEMORY_MEGABYTES: ["64", "10241", "512 MB", "1e3"],
  LOG_RETENTION_DAYS: ["0", "8", "-1"],
  ACCESS_LOG_RETENTION_DAYS: ["0", "8", "forever"],
  THROTTLE_RATE: ["0", "10001", "1.5"],
  THROTTLE_BURST: ["0", "5001"],
  AUTH_THROTTLE_RATE: ["0", "-1"],
  AUTH_THROTTLE_BURST: ["0"],
  ROUTES_PER_API: ["299", "10001", "many"],
  KEEP_WARM: ["on", "Warmer"],
  KEEP_WARM_INSTANCES: ["0", "101"],
  CODE_DELIVERY: ["none"],
  TRAFFIC_SHIFT: ["canary", "CodeDeployDefault.LambdaAllAtOnce"],
  RELEASE_BUCKET: ["s3://my-releases", "My-Releases", "my-releases/folder"],
  PERMISSIONS_BOUNDARY_ARN: ["boundary", "arn:aws:iam::123456789012:role/boundary"],
  DOMAIN_NAME: ["https://api.example.com", "API.example.com", "api", "api.example.com/", "-a.example.com"],
  DOMAIN_IP_ADDRESS_TYPE: ["ipv6"],
  DOMAIN_OTHER_APIS: [
    "stock",
    "stock=a1b2c3d4e5",
    "stock=a1b2c3d4e5/live,stock=b1/live",
    "stock=A1/live",
    "/stock=a1/live",
    "stock/=a1/live",
  ],
  DNS: ["aws"],
  DNS_ZONE_ID: ["/hostedzone/Z1", "short"],
  DNS_OVERRIDE: ["yes"],
  CERTIFICATE_ARN: ["certificate", "arn:aws:iam::123456789012:server-certificate/x"],
  EXECUTE_API_ENDPOINT: ["true"],
  ALARMS: ["yes"],
  ALARM_TOPIC_ARN: ["alarms", "arn:aws:sqs:eu-west-1:123456789012:alarms"],
  DASHBOARD: ["yes"],
  BUDGET_USD: ["0", "20 USD"],
  BUDGET_EMAILS: ["nobody", "a@example.com,", Array.from("abcdefghijk", (name) => `${name}@b.cd`).join(",")],
  CONTAINER_IMAGE: ["image with spaces", "image"],
  CONTAINER_DOMAIN_NAME: ["container"],
};

describe("the settings in code", () => {
  const load = (stages: AnyStages, environment: Record<string, string> = {}, stage = "dev") =>
    loadSettingsOf(stage, { ...required, ...environment }, api, stages);
  const stages: AnyStages = {
    dev: {
      MEMORY_MEGABYTES: 1024,
      ALARMS: "on",
      JWT_AUTHORIZED_AUDIENCES: ["one", "two"],
      CATALOGUE_URL: "https://catalogue.example.com",
    },
  };

  it("override the default and are overridden by a variable, in their stage only", () => {
    assert.equal(load(stages).memoryMegabytes, 1024);
    assert.equal(load(stages, { MEMORY_MEGABYTES: "256" }).memoryMegabytes, 256);
    assert.equal(load(stages, { MEMORY_MEGABYTES: "" }).memoryMegabytes, 1024, "an empty variable is unset");
    assert.equal(load(stages, {}, "other").memoryMegabytes, 512);
    assert.deepEqual(load(stages).alarms, { topicArn: undefined });
  });

  it("include the API's settings and its own ones", () => {
    const settings = load(stages, { JWT_AUTHORIZED_AUDIENCES: "" });
    assert.deepEqual(settings.jwtAuthorizer.audiences, ["one", "two"]);
    assert.deepEqual(settings.environment, { CATALOGUE_URL: "https://catalogue.example.com" });
  });

  it("can make a stage permanent, and production not", () => {
    const kept = load({ dev: { PERMANENT: "on" } });
    assert.equal(kept.logRetentionDays, 90);
    assert.ok(kept.alarms);
    assert.equal(load({ production: { PERMANENT: "off" } }, {}, "production").alarms, undefined);
  });

  it("are refused before anything else if their form is wrong, which sst does not check", () => {
    for (const [written, sentence] of [
      [
        { TAGS: { team: "x" } },
        "stages.ts sets TAGS for dev to an object; use a string, a number or a list of strings.",
      ],
      [null, "stages.ts sets the stage dev to null; use an object: dev: {}"],
    ] as const) {
      const stages = { dev: written } as unknown as AnyStages;
      assert.throws(() => load(stages), new SettingsError([sentence]));
      // `app()` asks for these facts before it reads the settings.
      assert.deepEqual(stageFacts("dev", stages), { isPermanent: false, tags: {} });
    }
  });

  for (const [title, written, sentence] of [
    ["a secret", { CATALOGUE_KEY: "key" }, /^stages\.ts sets CATALOGUE_KEY for dev, which is a secret; /],
    ["an unknown name", { MEMORY: 512 }, /^stages\.ts sets MEMORY for dev, which is not a known setting; /],
    [
      "a setting that the deployment decides",
      { RUNTIME: "LAMBDA" },
      /^stages\.ts sets RUNTIME for dev, which is not a /,
    ],
    [
      "a setting whose value comes from infra.ts",
      { ORDERS_TABLE: "orders" },
      /^stages\.ts sets ORDERS_TABLE for dev, whose value /,
    ],
    ["a wrong value", { MEMORY_MEGABYTES: 64 }, /^MEMORY_MEGABYTES is invalid \("64"\); /],
  ] as const) {
    it(`are refused with a clear message for ${title}, whichever stage is deployed`, () => {
      const stage = title === "a wrong value" ? "dev" : "production";
      assert.throws(
        () => load({ dev: written }, {}, stage),
        (error) => error instanceof SettingsError && sentence.test(error.message),
      );
    });
  }
});

describe("a setting whose value comes from infra.ts", () => {
  const ORDERS_TABLE = {
    ...api.settings.ORDERS_TABLE,
    optional: undefined,
  } as unknown as OwnSettings[string];
  const own = { settings: { ...api.settings, ORDERS_TABLE } };

  it("needs no variable, and ignores this machine's variable", () => {
    assert.deepEqual(loadSettingsOf("dev", required, own).environment, {});
    const here = { ...required, ORDERS_TABLE: "of-this-machine" };
    assert.deepEqual(loadSettingsOf("dev", here, own).environment, {});
  });
});

describe("other APIs under the domain", () => {
  it("each have a mapping key, an id and a stage", () => {
    const { domain } = loadSettings("dev", {
      ...required,
      DOMAIN_NAME: "api.example.com",
      DOMAIN_OTHER_APIS: "stock=a1b2c3d4e5/live, v1/mail=f6g7h8i9j0/$default",
    });
    assert.deepEqual(domain?.otherApis, {
      stock: { mappingKey: "stock", apiId: "a1b2c3d4e5", stageName: "live" },
      "v1/mail": { mappingKey: "v1/mail", apiId: "f6g7h8i9j0", stageName: "$default" },
    });
  });
});

describe("the settings of a stage", () => {
  it("need only an issuer, an audience and the provider's key", () => {
    const settings = loadSettings("dev", required);
    assert.equal(settings.stageName, "mvp");
    assert.equal(settings.mappingKey, undefined);
    assert.deepEqual(settings.jwtAuthorizer, {
      issuer: required.JWT_ISSUER,
      audiences: ["my-project"],
    });
    assert.deepEqual(settings.secretEnvironment, { FIREBASE_APP_API_KEY: "AIzaSyExample" });
    assert.deepEqual(settings.environment, {});
    for (const optional of [
      settings.domain,
      settings.alarms,
      settings.budget,
      settings.container,
      settings.keepWarm,
    ])
      assert.equal(optional, undefined);
  });

  it("give a permanent stage longer logs, alarms and canary releases", () => {
    for (const stage of ["production", "prod", "staging"]) {
      const { logRetentionDays, accessLogRetentionDays, alarms, trafficShift } = loadSettings(
        stage,
        required,
      );
      assert.equal(trafficShift, "Canary10Percent5Minutes", stage);
      assert.deepEqual([logRetentionDays, accessLogRetentionDays], [90, 90], stage);
      assert.deepEqual(alarms, { topicArn: undefined }, stage);
    }
    const { logRetentionDays, alarms, trafficShift } = loadSettings("alice", required);
    assert.equal(trafficShift, "AllAtOnce");
    assert.equal(logRetentionDays, 7);
    assert.equal(alarms, undefined);
  });

  it("pass the API's variables on unchanged, and none of the shell's", () => {
    const { environment } = loadSettings("dev", {
      ...required,
      AUTH_ERROR_DETAIL: "provider",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:9099/securetoken.googleapis.com",
      HOME: "/home/alice",
      PORT: "not a number",
    });
    assert.deepEqual(environment, {
      AUTH_ERROR_DETAIL: "provider",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:9099/securetoken.googleapis.com",
    });
  });

  it("pass on the named provider with what follows from it, and keep its secrets separate", () => {
    const named = {
      IDENTITY_PROVIDER: "cognito",
      COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI",
      COGNITO_CLIENT_ID: "client",
    };
    const settings = loadSettings("dev", { ...named, COGNITO_CLIENT_SECRET: "only-for-us" });
    const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
    assert.deepEqual(settings.jwtAuthorizer, { issuer, audiences: ["client"] });
    assert.equal(settings.groupsClaim, "cognito:groups");
    assert.deepEqual(settings.environment, named);
    assert.deepEqual(settings.secretEnvironment, { COGNITO_CLIENT_SECRET: "only-for-us" });
    assert.deepEqual(mistakesOf({ ...named, COGNITO_CLIENT_ID: "" }), [
      "COGNITO_CLIENT_ID is not set; it must be an app client ID, e.g. COGNITO_CLIENT_ID=1h57kf5cpq17m0eml12EXAMPLE.",
    ]);
  });

  it("pass on the API's own settings, and keep the secret ones separate", () => {
    const { environment, secretEnvironment } = loadSettings("dev", {
      ...required,
      CATALOGUE_URL: "https://catalogue.example.com",
      CATALOGUE_KEY: "only-for-us",
    });
    assert.deepEqual(environment, { CATALOGUE_URL: "https://catalogue.example.com" });
    assert.deepEqual(secretEnvironment, {
      FIREBASE_APP_API_KEY: "AIzaSyExample",
      CATALOGUE_KEY: "only-for-us",
    });
  });

  it("switch off what the API switches off", () => {
    assert.deepEqual(loadSettings("dev", required).features, { authEndpoints: true, docs: true });
    const off = { ...required, AUTH_ENDPOINTS: "off", DOCS: "off" };
    assert.deepEqual(loadSettings("dev", off).features, { authEndpoints: false, docs: false });
  });

  it("never let the shell decide where the API runs", () => {
    const shell = {
      RUNTIME: "CONTAINERIZED",
      NODE_ENV: "development",
      JWT_VERIFY_TOKEN_EXPIRATION: "false",
      DEMO_CALLERS: "user@example.com:not-secret",
    };
    assert.deepEqual(loadSettings("dev", { ...required, ...shell }), loadSettings("dev", required));
  });

  it("treat an empty variable as unset", () => {
    const empty = Object.fromEntries(Object.keys(settingsTable).map((name) => [name, ""]));
    assert.deepEqual(loadSettings("dev", { ...required, ...empty }), loadSettings("dev", required));
  });

  for (const [name, setting] of Object.entries(settingsTable)) {
    it(`${name} accepts its own example`, () => {
      assert.deepEqual(mistakesOf({ ...required, ...companions[name], [name]: setting.example }), []);
    });
  }

  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      it(`${name}=${value} is refused with a message that names it and shows a valid value`, () => {
        const { rule, example } = settingsTable[name as keyof typeof settingsTable];
        const mistakes = mistakesOf({ ...required, ...companions[name], [name]: value });
        assert.deepEqual(mistakes, [
          `${name} is invalid (${JSON.stringify(value)}); it must be ${rule}, e.g. ${name}=${example}.`,
        ]);
      });
    }
  }

  it("are refused with all mistakes at once, including those of the API's variables", () => {
    const mistakes = mistakesOf({
      JWT_ISSUER: "nowhere",
      CATALOGUE_URL: "nowhere",
      MEMORY_MEGABYTES: "1",
      BUDGET_USD: "20",
    });
    assert.deepEqual(
      mistakes.map((mistake) => mistake.split(" ")[0]),
      [
        "JWT_ISSUER",
        "JWT_AUTHORIZED_AUDIENCES",
        "CATALOGUE_URL",
        "FIREBASE_APP_API_KEY",
        "MEMORY_MEGABYTES",
        "BUDGET_USD",
      ],
    );
    for (const mistake of mistakes)
      assert.match(mistake, /^[A-Z_]+ is [^\n]+, e\.g\. [^\n]+\.$|; set both, for example /);
  });

  it("are refused if an API variable's name is misspelt", () => {
    assert.deepEqual(mistakesOf({ ...required, JWT_AUTHORISED_AUDIENCES: "my-project" }), [
      "Unknown setting JWT_AUTHORISED_AUDIENCES. Did you mean JWT_AUTHORIZED_AUDIENCES, for example JWT_AUTHORIZED_AUDIENCES=my-project,my-other-project?",
    ]);
  });

  it("never quote a secret", () => {
    for (const name of ["FIREBASE_APP_API_KEY", "CATALOGUE_KEY"]) {
      const mistakes = mistakesOf({ ...required, [name]: "a secret with spaces" });
      assert.equal(mistakes.length, 1);
      assert.doesNotMatch(mistakes.join(), /spaces/);
    }
  });

  for (const [title, environment, pattern] of [
    ["a budget without an address", { BUDGET_USD: "20" }, /BUDGET_USD is set without BUDGET_EMAILS/],
    [
      "a budget without a limit",
      { BUDGET_EMAILS: "a@example.com" },
      /BUDGET_EMAILS is set without BUDGET_USD/,
    ],
    ["a zone for no domain", { DNS_ZONE_ID: "Z2FDTNDATAQYW2" }, /DNS_ZONE_ID is set without DOMAIN_NAME/],
    ["an API without an address", { EXECUTE_API_ENDPOINT: "off" }, /so the API would be unreachable/],
    ["a container without HTTPS", { CONTAINER_IMAGE: "example/image:1" }, /and tokens need HTTPS/],
    [
      "a certificate that cannot be validated",
      { DOMAIN_NAME: "api.example.com", DNS: "none" },
      /DNS is set without CERTIFICATE_ARN/,
    ],
    [
      "Cloudflare without its token",
      { DOMAIN_NAME: "api.example.com", DNS: "cloudflare" },
      /CLOUDFLARE_API_TOKEN is not set/,
    ],
    [
      "an issuer without HTTPS",
      { JWT_ISSUER: "http://issuer.example.com" },
      /^The issuer http:\/\/issuer\.example\.com does not use HTTPS, but API Gateway fetches signing keys only over HTTPS/,
    ],
    [
      "signatures that the gateway cannot verify",
      { JWT_ALGORITHMS: "ES256" },
      /^JWT_ALGORITHMS has ES256, which API Gateway cannot verify; .* run the API as a container\.$/,
    ],
    [
      "another API under the name of this one in sst.config.ts",
      { DOMAIN_NAME: "api.example.com", DOMAIN_OTHER_APIS: "api=a1b2c3d4e5/live,Api=f6g7h8i9j0/live" },
      /^DOMAIN_OTHER_APIS has the mapping key Api, which is this API's name in sst\.config\.ts; /,
    ],
    [
      "the same domain for the API and the container",
      {
        DOMAIN_NAME: "api.example.com",
        CONTAINER_DOMAIN_NAME: "api.example.com",
        CONTAINER_IMAGE: "example/image:1",
      },
      /^DOMAIN_NAME and CONTAINER_DOMAIN_NAME are both api\.example\.com, /,
    ],
    [
      "a container with a boundary that leaves it no rights",
      {
        ...companions.CONTAINER_IMAGE,
        CONTAINER_IMAGE: "example/image:1",
        ...boundary,
        DNS_ZONE_ID: "Z2FDTNDATAQYW2",
      },
      /^CONTAINER_IMAGE is set with PERMISSIONS_BOUNDARY_ARN, /,
    ],
    [
      "a domain with a boundary that forbids the search for its zone",
      { DOMAIN_NAME: "api.example.com", ...boundary },
      /^PERMISSIONS_BOUNDARY_ARN is set without DNS_ZONE_ID, and a role with a boundary cannot search the account's hosted zones; /,
    ],
    [
      "a record that Cloudflare would have to replace",
      {
        DOMAIN_NAME: "api.example.com",
        DNS: "cloudflare",
        CLOUDFLARE_API_TOKEN: "token",
        DNS_OVERRIDE: "on",
      },
      /^DNS_OVERRIDE is on with DNS=cloudflare, but only Route 53 can replace a record; /,
    ],
  ] as const) {
    it(`${title} is refused with a clear message`, () => {
      const mistakes = mistakesOf({ ...required, ...environment });
      assert.equal(mistakes.length, 1, mistakes.join("\n"));
      assert.match(mistakes.join(), pattern);
    });
  }

  it("have no stack trace, which the CLI would print", () => {
    assert.throws(
      () => loadSettings("dev", {}),
      (error) => error instanceof SettingsError && error.stack === error.message,
    );
  });
});
