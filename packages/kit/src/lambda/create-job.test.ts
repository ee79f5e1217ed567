import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineApi } from "../api.ts";
import { createLog } from "../log.ts";
import { service } from "../services.ts";
import { createJob } from "./create-job.ts";

const environment = {
  RUNTIME: "LAMBDA",
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
  MAIL_FROM: "shop@example.com",
};
const settings = {
  MAIL_FROM: {
    description: "The sender of mails.",
    rule: "an address",
    example: "shop@example.com",
    parse: (text: string) => (text.includes("@") ? text : undefined),
  },
};
let made = 0;
const mailer = service({
  settings,
  create: ({ config }) => {
    made += 1;
    return { from: config.settings.MAIL_FROM, made };
  },
});
const api = defineApi({
  name: "job-api",
  version: "1.0.0",
  description: "An API for tests.",
  settings,
  services: { mailer },
  routes: {},
});
const context = { awsRequestId: "invocation-1" };

describe("a function beside the API", () => {
  it("gets the API's settings and services, which are made once per instance", async () => {
    const handler = createJob(
      api,
      async (event: { readonly to: string }, { config, services }) => {
        const { from, made } = await services.mailer;
        return { to: event.to, from, made, sender: config.settings.MAIL_FROM };
      },
      { environment },
    );
    const expected = { from: "shop@example.com", made: 1, sender: "shop@example.com" };
    assert.deepEqual(await handler({ to: "a@example.com" }, context), { ...expected, to: "a@example.com" });
    assert.deepEqual(await handler({ to: "b@example.com" }, context), { ...expected, to: "b@example.com" });
  });

  it("accepts replacements for its services in a test", async () => {
    const handler = createJob(api, async (_: unknown, { services }) => (await services.mailer).from, {
      environment,
      services: { mailer: { from: "nowhere@example.com" } },
    });
    assert.equal(await handler({}, context), "nowhere@example.com");
  });

  it("logs a failure with the ids of its invocation and its trace, and fails, so that a queue delivers again", async () => {
    const lines: string[] = [];
    const handler = createJob(
      api,
      async () => {
        throw new Error("the mail server is away");
      },
      {
        environment: {
          ...environment,
          _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
        },
        log: createLog((line) => lines.push(line)),
      },
    );
    await assert.rejects(handler({}, context), /the mail server is away/);
    const { message, requestId, lambdaRequestId, traceId, error } = JSON.parse(lines.join());
    assert.deepEqual(
      [message, requestId, lambdaRequestId, traceId, error.message],
      [
        "job failed",
        "invocation-1",
        "invocation-1",
        "5759e988bd862e3fe1be46a994272793",
        "the mail server is away",
      ],
    );
  });

  it("does not start with a wrong environment", () => {
    assert.throws(
      () => createJob(api, async () => undefined, { environment: { ...environment, MAIL_FROM: "nobody" } }),
      /MAIL_FROM is invalid/,
    );
  });
});
