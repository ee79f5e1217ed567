import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { api } from "../../test/fixtures/api/src/api.ts";
import type { Source } from "../stage-environment.ts";
import { toldSettings } from "./told-settings.ts";

describe("the settings that the doctor prints", () => {
  const told = (stage: string, ...sources: Source[]) =>
    Object.fromEntries(
      toldSettings(stage, api, sources).map(({ name, value, source }) => [name, `${value} | ${source}`]),
    );

  it("show each value's source, and leave out unset settings", () => {
    const settings = told(
      "dev",
      { name: "the environment", values: { THROTTLE_RATE: "7", HOME: "/home/alice" } },
      {
        name: ".env.dev",
        values: { IDENTITY_PROVIDER: "firebase", FIREBASE_PROJECT_ID: "my-project", THROTTLE_RATE: "8" },
      },
      { name: "stages.ts", values: { MEMORY_MEGABYTES: "1024", THROTTLE_RATE: "9" } },
    );
    assert.equal(settings.THROTTLE_RATE, "7 | the environment");
    assert.equal(settings.IDENTITY_PROVIDER, "firebase | .env.dev");
    assert.equal(settings.MEMORY_MEGABYTES, "1024 | stages.ts");
    assert.equal(settings.THROTTLE_BURST, "200 | default");
    assert.equal(settings.AWS_API_GW_STAGE_NAME, "mvp | default");
    assert.equal(
      settings.JWT_ISSUER,
      "https://securetoken.google.com/my-project | derived from FIREBASE_PROJECT_ID",
    );
    assert.equal(settings.ORDERS_TABLE, "(known after deployment) | infra.ts");
    for (const absent of ["HOME", "DOMAIN_NAME", "RUNTIME", "CATALOGUE_URL"])
      assert.equal(settings[absent], undefined, absent);
  });

  it("have the deployment's defaults, which depend on the stage", () => {
    const none: Source = { name: "stages.ts", values: {} };
    assert.equal(told("dev", none).LOG_RETENTION_DAYS, "7 | default");
    assert.equal(told("production", none).LOG_RETENTION_DAYS, "90 | default");
    const kept: Source = { name: "stages.ts", values: { PERMANENT: "on" } };
    assert.equal(told("dev", kept).ALARMS, "on | default");
  });

  it("show no secret", () => {
    const values = { FIREBASE_APP_API_KEY: "AIzaSySecretKey", CATALOGUE_KEY: "only-for-us" };
    const settings = told("dev", { name: ".env", values });
    for (const name of Object.keys(values)) assert.equal(settings[name], "(secret) | .env");
    assert.doesNotMatch(JSON.stringify(settings), /AIzaSy|only-for-us/);
  });
});
