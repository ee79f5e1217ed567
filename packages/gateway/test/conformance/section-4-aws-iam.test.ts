// docs/behaviour.md §4.5: routes with AWS_IAM, called with signatures made by the AWS SDK's own signer, and
// by curl.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCaller, HttpApi } from "../../src/index.ts";
import {
  describeApi,
  openRoutes,
  type ReceivedAnswer,
  type StartedGateway,
  startGateway,
} from "../support/start-gateway.ts";

const run = promisify(execFile);
const now = Date.parse("2026-11-29T12:00:00Z");
const billing: AwsCaller = {
  accessKeyId: "AKIALOCALBILLING",
  secretAccessKey: "not-secret",
  userArn: "arn:aws:iam::123456789012:user/billing",
};
const worker: AwsCaller = {
  accessKeyId: "ASIALOCALWORKER",
  secretAccessKey: "not-secret-either",
  sessionToken: "a/session+token==",
  userArn: "arn:aws:sts::123456789012:assumed-role/worker/i-0abc",
};

async function guard(t: TestContext, api: Partial<HttpApi> = {}): Promise<StartedGateway> {
  return startGateway(t, {
    api: {
      routes: [{ routeKey: "$default", authorizationType: "AWS_IAM" }, ...openRoutes("GET /open")],
      awsCallers: [billing, worker],
      ...api,
    },
    now: () => now,
  });
}

class Sha256 {
  readonly #hash: ReturnType<typeof createHash>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = (
      secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array)
    ) as ReturnType<typeof createHash>;
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

interface Signed {
  method: string;
  /** With its query, as sent. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

interface Signing {
  method?: string;
  path?: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string;
  caller?: AwsCaller;
  at?: number;
  region?: string;
  service?: string;
  applyChecksum?: boolean;
}

/** What the AWS SDK would send. */
async function signed({
  method = "GET",
  path = "/orders",
  query = {},
  headers = {},
  body = "",
  caller = billing,
  at = now,
  region = "eu-west-1",
  service = "execute-api",
  applyChecksum = false,
}: Signing = {}): Promise<Signed> {
  const { accessKeyId, secretAccessKey, sessionToken } = caller;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    sha256: Sha256,
    applyChecksum,
  });
  const request = await signer.sign(
    {
      method,
      protocol: "https:",
      hostname: "api.example.com",
      path,
      query,
      headers: { host: "api.example.com", ...headers },
      body,
    },
    { signingDate: new Date(at) },
  );
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return {
    method,
    path: pairs.length > 0 ? `${path}?${pairs.join("&")}` : path,
    headers: request.headers,
    body,
  };
}

function assertForbidden({ status, text, headers }: ReceivedAnswer, message?: string): void {
  assert.deepEqual([status, text], [403, '{"message":"Forbidden"}'], message);
  assert.equal(headers["x-amzn-errortype"], "ForbiddenException");
}

describe("§4.5 AWS_IAM: a signed request", () => {
  it("reaches the function with its caller in the event", async (t) => {
    const gateway = await guard(t);
    const event = await gateway.eventOf(await signed());
    assert.deepEqual(event.requestContext.authorizer, {
      iam: {
        accessKey: "AKIALOCALBILLING",
        accountId: "123456789012",
        callerId: "AIDALOCALBILLING",
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: "arn:aws:iam::123456789012:user/billing",
        userId: "AIDALOCALBILLING",
      },
    });
  });

  it("may be signed with the temporary keys of a role", async (t) => {
    const gateway = await guard(t);
    const { requestContext } = await gateway.eventOf(await signed({ caller: worker }));
    assert.equal(requestContext.authorizer?.iam?.userArn, worker.userArn);
    assert.equal(requestContext.authorizer?.iam?.userId, "AROALOCALWORKER:i-0abc");
  });

  const forms: readonly [string, Signing][] = [
    ["a body", { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } }],
    ["a body and its hash in a header", { method: "POST", body: "a=1", applyChecksum: true }],
    ["no body and the hash of none", { applyChecksum: true }],
    ["a query", { query: { b: "2", a: "1 & 2", c: "" } }],
    ["a parameter that is sent twice", { query: { a: ["2", "1"] } }],
    ["a parameter called __proto__", { query: Object.fromEntries([["__proto__", "1"]]) }],
    ["an encoded path", { path: "/orders/a%20b%2Fc/%C3%BC" }],
    ["a header with spaces in it", { headers: { "x-note": "  a   b " } }],
    ["a header that is not signed", { headers: { "user-agent": "sdk" } }],
    ["a clock that is four minutes late", { at: now - 4 * 60_000 }],
    ["a clock that is four minutes ahead", { at: now + 4 * 60_000 }],
  ];
  for (const [name, signing] of forms) {
    it(`is accepted with ${name}`, async (t) => {
      const gateway = await guard(t);
      assert.equal((await gateway.send(await signed(signing))).status, 200);
    });
  }

  it("is accepted through a stage and for another Region, as the API is configured", async (t) => {
    const gateway = await guard(t, { region: "us-east-1", stages: [{ stageName: "mvp" }] });
    const request = await signed({ path: "/mvp/orders", region: "us-east-1" });
    assert.equal((await gateway.send(request)).status, 200);
  });

  it("is accepted as curl signs it", async (t) => {
    const gateway = await startGateway(t, {
      api: {
        routes: [{ routeKey: "$default", authorizationType: "AWS_IAM" }],
        awsCallers: [billing],
      },
    });
    const sign = ["--aws-sigv4", "aws:amz:eu-west-1:execute-api"];
    const statusOf = async (...words: string[]) =>
      (await run("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", ...words])).stdout;
    const user = (secret: string) => ["--user", `${billing.accessKeyId}:${secret}`];
    const url = `${gateway.url}/orders`;
    assert.equal(await statusOf(...sign, ...user(billing.secretAccessKey), url), "200");
    assert.equal(await statusOf(...sign, ...user(billing.secretAccessKey), "-d", "a=1", url), "200");
    assert.equal(await statusOf(...sign, ...user("wrong"), url), "403");
  });

  it("has its caller in the access log, or the reason for its refusal", async (t) => {
    const format = "$context.requestId $context.identity.userArn $context.authorizer.error";
    const gateway = await guard(t, {
      stages: [{ stageName: "$default", accessLogSettings: { format } }],
    });
    await gateway.send(await signed());
    await gateway.send();
    assert.match(gateway.logLines[0] ?? "", / arn:aws:iam::123456789012:user\/billing -$/);
    assert.match(gateway.logLines[1] ?? "", / - no signature$/);
  });
});

describe("§4.5 AWS_IAM: what is refused", () => {
  const changed: readonly [string, Signing, (request: Signed) => Partial<Signed>][] = [
    ["without a signature", {}, () => ({ headers: {} })],
    ["with a bearer token", {}, () => ({ headers: { authorization: "Bearer a.b.c" } })],
    ["signed with another secret", { caller: { ...billing, secretAccessKey: "another" } }, () => ({})],
    ["signed with an unknown key", { caller: { ...billing, accessKeyId: "AKIAUNKNOWN" } }, () => ({})],
    [
      "signed with the key of another caller",
      { caller: { ...billing, accessKeyId: worker.accessKeyId } },
      () => ({}),
    ],
    ["signed six minutes ago", { at: now - 6 * 60_000 }, () => ({})],
    ["signed six minutes ahead", { at: now + 6 * 60_000 }, () => ({})],
    ["signed for another Region", { region: "us-east-1" }, () => ({})],
    ["signed for another service", { service: "s3" }, () => ({})],
    ["with another method", {}, () => ({ method: "DELETE" })],
    ["with another path", {}, () => ({ path: "/orders/1" })],
    ["with the path decoded once more", { path: "/a%2520b" }, () => ({ path: "/a%20b" })],
    ["with a parameter added", {}, () => ({ path: "/orders?admin=true" })],
    ["with a parameter changed", { query: { page: "1" } }, () => ({ path: "/orders?page=2" })],
    ["with a parameter removed", { query: { page: "1" } }, () => ({ path: "/orders" })],
    ["with another body", { method: "POST", body: "a=1" }, () => ({ body: "a=2" })],
    ["with a body that was not signed", { method: "POST" }, () => ({ body: "a=1" })],
    [
      "with another body under the signed hash",
      { method: "POST", body: "a=1", applyChecksum: true },
      () => ({ body: "a=2" }),
    ],
    [
      "with a body that was left unsigned",
      { method: "POST", body: "a=1", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
      () => ({}),
    ],
    [
      "with a signed header changed",
      { headers: { "x-tenant": "a" } },
      ({ headers }) => ({ headers: { ...headers, "x-tenant": "b" } }),
    ],
    [
      "with a signed header removed",
      { headers: { "x-tenant": "a" } },
      ({ headers: { "x-tenant": _, ...headers } }) => ({ headers }),
    ],
    ["with another host", {}, ({ headers }) => ({ headers: { ...headers, host: "other.example.com" } })],
    [
      "with a header for AWS that is not signed",
      {},
      ({ headers }) => ({ headers: { ...headers, "x-amz-target": "Delete" } }),
    ],
    [
      "with another time of signing",
      {},
      ({ headers }) => ({ headers: { ...headers, "x-amz-date": "20261129T120001Z" } }),
    ],
    [
      "with an invalid timestamp",
      {},
      ({ headers }) => ({ headers: { ...headers, "x-amz-date": "20261399T120000Z" } }),
    ],
    ["without a moment", {}, ({ headers: { "x-amz-date": _, ...headers } }) => ({ headers })],
    ["of a role without its session token", { caller: { ...worker, sessionToken: "" } }, () => ({})],
    ["of a role with another session token", { caller: { ...worker, sessionToken: "another" } }, () => ({})],
    ["of a user with a session token", { caller: { ...billing, sessionToken: "any" } }, () => ({})],
    [
      "with the signature in capitals",
      {},
      authorization((text) => text.replace(/\w{64}$/, (hex) => hex.toUpperCase())),
    ],
    ["with half of its signature", {}, authorization((text) => text.slice(0, -32))],
    ["with a signature of zeros", {}, authorization((text) => text.replace(/\w{64}$/, "0".repeat(64)))],
    ["with the host left out of the signed headers", {}, authorization((text) => text.replace("host;", ""))],
    [
      "with a signed header that is missing",
      {},
      authorization((text) => text.replace("host;", "host;x-absent;")),
    ],
    ["with the day of another scope", {}, authorization((text) => text.replace("/20261129/", "/20261128/"))],
    [
      "with a scope that ends differently",
      {},
      authorization((text) => text.replace("aws4_request", "aws5_request")),
    ],
    [
      "under another algorithm",
      {},
      authorization((text) => text.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
    ],
    ["with two signatures", {}, authorization((text) => `${text},${text}`)],
  ];
  function authorization(change: (text: string) => string) {
    return ({ headers }: Signed) => ({
      headers: { ...headers, authorization: change(headers.authorization ?? "") },
    });
  }

  for (const [name, signing, change] of changed) {
    it(`a request ${name}`, async (t) => {
      const gateway = await guard(t);
      const request = await signed(signing);
      const headers = { host: "api.example.com", ...change(request).headers };
      assertForbidden(
        await gateway.send({ ...request, ...change(request), ...(change(request).headers && { headers }) }),
      );
      assert.equal(gateway.events.length, 0);
    });
  }

  it("every request if the description lists no caller", async (t) => {
    const gateway = await guard(t, { awsCallers: [] });
    assertForbidden(await gateway.send(await signed()));
  });

  it("nothing at an open route, which has no caller either", async (t) => {
    const gateway = await guard(t);
    const event = await gateway.eventOf({ path: "/open" });
    assert.equal(event.requestContext.authorizer, undefined);
  });
});

describe("§4.5 AWS_IAM: a description", () => {
  const wrong: readonly [string, Partial<HttpApi>, RegExp][] = [
    [
      "scopes at such a route",
      { routes: [{ routeKey: "$default", authorizationType: "AWS_IAM", authorizationScopes: ["a"] }] },
      /^The route "\$default" has an authorizer or scopes but authorizationType "AWS_IAM"; write "JWT"\.$/,
    ],
    [
      "two callers with one key",
      { awsCallers: [billing, { ...billing }] },
      /^Two callers have the access key /,
    ],
    [
      "a caller that is not an ARN",
      { awsCallers: [{ ...billing, userArn: "billing" }] },
      /userArn "billing"; write one/,
    ],
    [
      "a key with a space",
      { awsCallers: [{ ...billing, accessKeyId: "AKIA LOCAL" }] },
      /^The access key "AKIA LOCAL"/,
    ],
  ];
  for (const [name, api, sentence] of wrong) {
    it(`is refused with ${name}`, async (t) => {
      const routes: HttpApi["routes"] = [{ routeKey: "$default", authorizationType: "AWS_IAM" }];
      await assert.rejects(startGateway(t, { api: describeApi({ routes, ...api }) }), { message: sentence });
    });
  }
});
