import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { createApiFolder, MEMBERS, type TestApiFolder } from "../test/api-folder.ts";
import { type Run, run } from "../test/run.ts";
import { firebaseIdentity } from "./identity/firebase.ts";
import { signIn } from "./identity/sign-in.ts";

const importOf = (name: string) =>
  `await import(${JSON.stringify(new URL(`../test/${name}`, import.meta.url).href)});`;
const standIn = importOf("stand-in-container.ts");

let folder: TestApiFolder;
before(async () => {
  folder = await createApiFolder({ "container.ts": standIn });
});
after(() => folder.remove());

const startStandIn = ({ args = [] as string[], environment = {}, api = folder.path, asNpm = false } = {}) =>
  run("../src/start.ts", {
    args: ["--api", api, "--port", "0", "--runtime", "containerized", ...args],
    environment,
    asNpm,
  });

/** The message has the whole output, because the exit code alone does not tell why a run failed. */
async function exitsWithZero(stack: Run): Promise<void> {
  const { exitCode, output } = await stack.ended;
  assert.equal(exitCode, 0, `It ended with ${exitCode}:\n${output}`);
}

describe("a stack that runs", () => {
  let stack: Run;
  let baseUrl: string;
  before(async () => {
    stack = startStandIn();
    baseUrl = await baseUrlOf(stack);
  });
  after(async () => {
    stack.kill("SIGTERM");
    await stack.ended;
  });

  test("is ready in under 10 seconds, and prints the time", async () => {
    const [, seconds] = await stack.prints(/Ready in (\d+\.\d) s/);
    assert.ok(Number(seconds) < 10, `it took ${seconds} s`);
  });

  test("prints the callers, their groups and their password", () => {
    const output = stack.output();
    assert.match(output, /user@example\.com +password not-secret +USERS\n/);
    assert.match(output, /admin@example\.com +password not-secret +USERS, ADMINS\n/);
    assert.match(output, /nobody@example\.com +password not-secret +no group\n/);
  });

  test("prints the API's log, except for the line that reports the start", () => {
    assert.match(stack.output(), /^a line of the log$/m);
    assert.doesNotMatch(stack.output(), /"listening"/);
  });

  test("prints curl lines that work when pasted", async () => {
    const lines = stack.output().match(/^ {2}curl .*$/gm) ?? [];
    const answers = await Promise.all(lines.map((line) => paste(line)));
    assert.deepEqual(
      answers.map((answer) => Object.keys(answer)[0]),
      ["status", "kind", "subject", "endpoints"],
    );
  });

  test("gives the API an environment that is enough to verify the local provider's tokens", async () => {
    const { environment: env } = await processOf(baseUrl);
    assert.equal(env.RUNTIME, "CONTAINERIZED");
    assert.equal(env.NODE_ENV, "development");
    assert.equal(env.JWT_AUTHORIZATION_GROUPS_ATTR_NAME, "groups");

    const response = await fetch(
      `${env.FIREBASE_IDENTITY_TOOLKIT_URL}/v1/accounts:signInWithPassword?key=${env.FIREBASE_APP_API_KEY}`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "admin@example.com", password: "not-secret", returnSecureToken: true }),
      },
    );
    const { idToken } = (await response.json()) as { idToken: string };
    const { payload } = await jwtVerify(idToken, createRemoteJWKSet(new URL(`${env.JWT_ISSUER_JWKS_URI}`)), {
      issuer: `${env.JWT_ISSUER}`,
      audience: `${env.JWT_AUTHORIZED_AUDIENCES}`,
    });
    assert.deepEqual(payload.groups, ["USERS", "ADMINS"]);
  });
});

describe("a stack with settings in the shell", () => {
  const ofAwsSdk = {
    AWS_PROFILE: "mine",
    AWS_ACCESS_KEY_ID: "local",
    AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
  };
  const others = { AWS_LAMBDA_FUNCTION_NAME: "other", AWS_API_GW_STAGE_NAME: "other", UNKNOWN_NAME: "other" };
  let stack: Run;
  let environment: Record<string, string>;
  before(async () => {
    const ofKit = { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "cognito:groups", DOCS: "off" };
    stack = startStandIn({ environment: { ...ofAwsSdk, ...others, ...ofKit } });
    ({ environment } = await processOf(await baseUrlOf(stack)));
  });
  after(async () => {
    stack.kill("SIGTERM");
    await stack.ended;
  });

  test("gives the API's services the AWS region, credentials and endpoints, and no other variables", () => {
    for (const [name, value] of Object.entries(ofAwsSdk)) assert.equal(environment[name], value, name);
    for (const name of Object.keys(others)) assert.equal(environment[name], undefined, name);
  });

  test("puts the groups into the tokens' claim that the environment names, and the API reads it", async () => {
    assert.equal(environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME, "cognito:groups");
    const { signInRequest } = firebaseIdentity({
      url: new URL(`${environment.FIREBASE_IDENTITY_TOOLKIT_URL}`).origin,
      jwksUri: "",
      projectId: "",
      groupsClaim: undefined,
    });
    const claims = decodeJwt(
      await signIn({ signInRequest }, { email: "user@example.com", password: "not-secret" }),
    );
    assert.deepEqual(claims["cognito:groups"], ["USERS"]);
  });

  test("with DOCS=off prints no docs pages, and everything else", async () => {
    await stack.prints(/Ctrl-C/);
    assert.doesNotMatch(stack.output(), /Page|Docs|Swagger|ReDoc/);
    assert.match(stack.output(), /\n {2}API +http:\S+ \(.*\)\n {2}Identity +http:/);
  });
});

test("IDENTITY_PROVIDER=cognito gives the API a local Cognito, and none of a real provider's settings", async () => {
  const environment = {
    IDENTITY_PROVIDER: "cognito",
    COGNITO_USER_POOL_ID: "eu-west-1_Real",
    COGNITO_CLIENT_SECRET: "hunter2",
    AUTH0_DOMAIN: "a.eu.auth0.com",
    JWT_TOKEN_USE: "id",
    JWT_ALGORITHMS: "ES256",
  };
  const stack = startStandIn({ environment });
  const { environment: told } = await processOf(await baseUrlOf(stack));
  const names = Object.keys(told).filter((name) =>
    /^(IDENTITY|FIREBASE|COGNITO|AUTH0|OIDC|JWT|AUTH_)/.test(name),
  );
  assert.deepEqual(names.sort(), [
    "AUTH_ENDPOINTS",
    "COGNITO_CLIENT_ID",
    "COGNITO_URL",
    "COGNITO_USER_POOL_ID",
    "IDENTITY_PROVIDER",
    "JWT_AUTHORIZATION_GROUPS_ATTR_NAME",
    "JWT_ISSUER_JWKS_URI",
    "JWT_TOKEN_USE",
  ]);
  assert.deepEqual(
    [told.IDENTITY_PROVIDER, told.COGNITO_USER_POOL_ID, told.JWT_TOKEN_USE],
    ["cognito", "eu-west-1_LocalDemo", "id"],
  );
  assert.match(stack.output(), /\n {2}Identity +http:\S+ \(local issuer, as Cognito, in memory\)/);
  stack.kill("SIGTERM");
  await stack.ended;
});

test("if the token endpoints are off, the curl lines get their tokens from the provider that --identity names", async () => {
  for (const identity of ["firebase", "cognito", "auth0"]) {
    const stack = startStandIn({
      args: ["--identity", identity],
      environment: { AUTH_ENDPOINTS: "off", IDENTITY_PROVIDER: "oidc", OIDC_CLIENT_ID: "of-production" },
      api: MEMBERS,
    });
    await stack.prints(/Ctrl-C/);
    const lines = stack.output().match(/^ {2}curl .*$/gm) ?? [];
    const answers = await Promise.all(lines.map((line) => paste(line)));
    assert.deepEqual(
      answers.map((answer) => Object.keys(answer)[0]),
      ["status", "subject", "endpoints"],
      identity,
    );
    stack.kill("SIGTERM");
    await stack.ended;
  }
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal}, however often and late, lets requests in flight finish, leaves nothing running and exits 0`, async () => {
    const stack = startStandIn();
    const baseUrl = await baseUrlOf(stack);
    const [identityUrl] = await stack.prints(/(?<=Identity +)http:\S+/);
    const { pid } = await processOf(baseUrl);
    const inFlight = fetch(`${baseUrl}/hold`).then((response) => response.text());
    await stack.prints(/^holding$/m);

    // npm passes Ctrl-C on, so it arrives twice, the second time as late as on a busy machine.
    const repeated = setInterval(() => stack.kill(signal), 1);
    try {
      assert.equal(await inFlight, "answered while draining");
      await exitsWithZero(stack);
    } finally {
      clearInterval(repeated);
    }
    await assert.rejects(fetch(baseUrl), /fetch failed/);
    await assert.rejects(fetch(identityUrl), /fetch failed/);
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
}

test("ends when npm and its shell are killed", async () => {
  const stack = startStandIn({ asNpm: true });
  const { pid } = await processOf(await baseUrlOf(stack));
  stack.kill("SIGTERM");
  // Ends only when the last process has closed the output.
  await stack.ended;
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});

test("Ctrl-C during the start leaves nothing running and exits 0", async () => {
  const api = await createApiFolder({ "container.ts": importOf("never-listens.ts") });
  const stack = startStandIn({ api: api.path });
  const [, pid] = await stack.prints(/^never listens, pid (\d+)$/m);
  stack.kill("SIGINT");
  await exitsWithZero(stack);
  assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
  await api.remove();
});

test("if the API dies, everything stops with exit code 1 and a message with the API's exit code", async () => {
  const stack = startStandIn();
  const baseUrl = await baseUrlOf(stack);
  await assert.rejects(fetch(`${baseUrl}/die`), /fetch failed/);
  const { exitCode, output } = await stack.ended;
  assert.equal(exitCode, 1);
  assert.match(output, /^The API exited with code 3\. npm start stopped everything else too\.$/m);
});

test("an API that cannot start stops everything with exit code 1 and a clear message", async () => {
  const api = await createApiFolder({ "container.ts": "process.exit(1);" });
  const { exitCode, output } = await startStandIn({ api: api.path }).ended;
  await api.remove();
  assert.equal(exitCode, 1);
  assert.match(output, /^The API exited with code 1\. It had not started to listen yet\.$/m);
});

for (const [what, args, sentence] of [
  ["no API", ["--api", "/no/such/folder"], /^\/no\/such\/folder\/src\/api\.ts does not exist; [^\n]+\n$/],
  ["no src/lambda.ts", [], /\/src\/lambda\.ts does not exist; [^\n]+\n$/],
] as const) {
  test(`a folder that holds ${what} is refused with a clear message`, async () => {
    const { exitCode, output } = await run("../src/start.ts", {
      args: ["--port", "0", "--api", folder.path, ...args],
    }).ended;
    assert.equal(exitCode, 1);
    assert.match(output, sentence);
  });
}

test("a taken port is refused with a message that says how to choose another", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" ? `${address?.port}` : "";
  try {
    assert.deepEqual(await run("../src/start.ts", { environment: { PORT: port } }).ended, {
      exitCode: 1,
      output: `Port ${port} is already in use; choose another, for example npm start -- --port 4000, or use 0 for any free port.\n`,
    });
  } finally {
    holder.close();
  }
});

describe("an API without local.ts, demo.ts, docs pages and token endpoint", () => {
  const shop = fileURLToPath(new URL("../test/fixtures/shop", import.meta.url));
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "local-cwd-"));
    await writeFile(join(cwd, ".env"), "SHOP_NAME=Corner\nAWS_API_GW_MAPPING_KEY=elsewhere\n");
  });
  after(() => rm(cwd, { recursive: true }));
  const startShop = (runtime: string, environment: NodeJS.ProcessEnv = {}, folder = cwd) =>
    run("../src/start.ts", {
      args: ["--api", shop, "--port", "0", "--runtime", runtime],
      environment,
      cwd: folder,
    });

  for (const [runtime, name, source, environment] of [
    ["lambda", "Corner", ".env", {}],
    ["containerized", "Market", "the shell before .env", { SHOP_NAME: "Market" }],
  ] as const) {
    test(`starts at the root of its host with settings from ${source}, and prints only what the API has: ${runtime}`, async () => {
      const stack = startShop(runtime, environment);
      await stack.prints(/Ctrl-C/);
      const output = stack.output();
      assert.match(output, /\n {2}API +http:\/\/[\w.]+:\d+ \(/);
      assert.doesNotMatch(output, /Page|Docs|npm run demo|auth\/token/);
      assert.match(output, /user@example\.com +password not-secret +STAFF\n/);
      assert.match(output, /admin@example\.com +password not-secret +STAFF, OWNERS\n/);
      assert.match(output, /nobody@example\.com +password not-secret +no group\n/);

      const answers = await Promise.all((output.match(/^ {2}curl .*$/gm) ?? []).map(paste));
      assert.deepEqual(answers, [{ shop: name }, { orders: [] }, { revenue: 0 }]);
      const legacy = /"Authorization: .*(?= http)/.exec(
        output.split("\n").find((line) => line.includes("revenue")) ?? "",
      );
      const baseUrl = await baseUrlOf(stack);
      assert.deepEqual(await paste(`curl -s -X PUT -H ${legacy} ${baseUrl}/v1/legacy/a/b`), { at: "/a/b" });
      assert.equal((await fetch(`${baseUrl}/v1/legacy/a/b`, { method: "PUT" })).status, 401);

      stack.kill("SIGTERM");
      await exitsWithZero(stack);
    });
  }

  for (const runtime of ["lambda", "containerized"]) {
    test(`does not start without a required setting, and the message names it: ${runtime}`, async () => {
      assert.deepEqual(await startShop(runtime, {}, tmpdir()).ended, {
        exitCode: 1,
        output: "SHOP_NAME is not set; it must be a name, e.g. SHOP_NAME=Corner.\n",
      });
    });
  }
});

describe("with --reload", () => {
  let api: TestApiFolder;
  let stack: Run;
  let baseUrl: string;
  before(async () => {
    api = await createApiFolder({ "container.ts": standIn });
    stack = startStandIn({ args: ["--reload"], api: api.path });
    baseUrl = await baseUrlOf(stack);
  });
  after(async () => {
    stack.kill("SIGINT");
    await exitsWithZero(stack);
    await api.remove();
  });

  test("a save restarts the API on the same port, and keeps the identity provider", async () => {
    const before = await processOf(baseUrl);
    const inFlight = fetch(`${baseUrl}/hold`).then((response) => response.text());
    await stack.prints(/^holding$/m);

    await api.save("saved.ts", "");
    await stack.prints(/^Reloaded\.$/m);

    assert.equal(await inFlight, "answered while draining", "a request was lost");
    const now = await processOf(baseUrl);
    assert.notEqual(now.pid, before.pid);
    assert.equal(now.environment.JWT_ISSUER_JWKS_URI, before.environment.JWT_ISSUER_JWKS_URI);
    assert.equal((await fetch(`${now.environment.JWT_ISSUER_JWKS_URI}`)).status, 200);
  });

  test("reports an API that no longer starts, and starts it after the next save", async () => {
    await api.save("container.ts", "process.exit(7);");
    await stack.prints(/^The API exited with code 7\. Save a file to try again\.$/m);
    await api.save("container.ts", standIn);
    await stack.prints(/Save a file to try again\.\n.*Reloaded\./s);
    assert.equal((await fetch(`${baseUrl}/v1/health`)).status, 200);
  });
});

async function baseUrlOf(stack: Run): Promise<string> {
  const [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
  return baseUrl;
}

async function processOf(baseUrl: string) {
  const response = await fetch(`${baseUrl}/process`);
  return (await response.json()) as { pid: number; environment: Record<string, string> };
}

async function paste(line: string): Promise<object> {
  const { stdout } = await promisify(execFile)("sh", ["-c", line]);
  return JSON.parse(stdout);
}
