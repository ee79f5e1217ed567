import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { loadConfig } from "../packages/kit/src/config.ts";
import { IDENTITY_PROVIDERS } from "../packages/kit/src/identity/identity-preset.ts";

const TEMPLATE = fileURLToPath(new URL("../packages/create/template", import.meta.url));
const read = (name: string) => readFileSync(`${TEMPLATE}/identity-${name}/env.example`, "utf8");
/** Values that only an owner has. */
const filledIn = {
  RUNTIME: "LAMBDA",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
  AUTH0_CLIENT_ID: "client",
  OIDC_CLIENT_ID: "client",
};
const GROUPS_CLAIM = {
  firebase: "groups",
  cognito: "cognito:groups",
  auth0: "https://api.example.com/groups",
  oidc: "groups",
};

for (const name of IDENTITY_PROVIDERS) {
  test(`a new project's example for ${name} is a valid configuration once it is filled in`, () => {
    const config = loadConfig({ ...parseEnv(read(name)), ...filledIn });
    assert.equal(config.identityProvider, name);
    assert.equal(config.jwt.groupsClaim, GROUPS_CLAIM[name]);
    assert.equal(config.features.authEndpoints, name === "firebase" || name === "cognito");
  });

  test(`the commented settings in the example for ${name} are valid too`, () => {
    const all = read(name).replaceAll(/^# (?=[A-Z0-9_]+=)/gm, "");
    const { authEndpoints } = loadConfig({ ...parseEnv(all), ...filledIn }).features;
    assert.equal(authEndpoints, name !== "cognito");
  });
}
