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
import { type Run, run } from "../test/run.ts";
import { signIn } from "./identity/demo-callers.ts";

const standIn = fileURLToPath(new URL("../test/stand-in-container.ts", import.meta.url));
const startStandIn = ({
  args = [] as string[],
  environment = {},
  entry = standIn,
  source = "",
  asNpm = false,
} = {}) =>
  run("start-stand-in.ts", {
    args: ["--port", "0", "--runtime", "containerized", ...args],
    environment: { START_ENTRY: entry, START_SOURCE: source, ...environment },
    asNpm,
  });

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

  test("is ready in under 10 seconds, and says in how many", async () => {
    const [, seconds] = await stack.prints(/Ready in (\d+\.\d) s/);
    assert.ok(Number(seconds) < 10, `it took ${seconds} s`);
  });

  test("says which callers there are, their groups and their password", () => {
    const output = stack.output();
    assert.match(output, /password not-secret/);
    assert.match(output, /user@example\.com +USERS\n/);
    assert.match(output, /admin@example\.com +USERS, ADMINS\n/);
    assert.match(output, /nobody@example\.com +no group\n/);
  });

  test("passes the API's log on, but not the line that was meant for us", () => {
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

  test("gives the API an identity provider whose tokens verify by its environment alone", async () => {
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

test("the groups claim that the terminal names is the one that the API reads and the tokens have", async () => {
  const stack = startStandIn({ environment: { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "cognito:groups" } });
  const { environment } = await processOf(await baseUrlOf(stack));
  assert.equal(environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME, "cognito:groups");
  const identityToolkitBaseUrl = `${environment.FIREBASE_IDENTITY_TOOLKIT_URL}`;
  const claims = decodeJwt(await signIn({ identityToolkitBaseUrl }, "user@example.com"));
  assert.deepEqual(claims["cognito:groups"], ["USERS"]);
  stack.kill("SIGTERM");
  await stack.ended;
});

test("with DOCS=off it names no docs page, and the rest all the same", async () => {
  const stack = startStandIn({ environment: { DOCS: "off" } });
  await stack.prints(/Ctrl-C/);
  stack.kill("SIGTERM");
  const { output } = await stack.ended;
  assert.doesNotMatch(output, /Page|Docs|Swagger|ReDoc/);
  assert.match(output, /\n {2}API +http:\S+ \(.*\)\n {2}Identity +http:/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} lets the API answer what is in flight, leaves nothing running and exits 0`, async () => {
    const stack = startStandIn();
    const baseUrl = await baseUrlOf(stack);
    const [identityUrl] = await stack.prints(/(?<=Identity +)http:\S+/);
    const { pid } = await processOf(baseUrl);
    const inFlight = fetch(`${baseUrl}/hold`).then((response) => response.text());
    await stack.prints(/^holding$/m);

    stack.kill(signal);
    // npm passes Ctrl-C on, so that it arrives twice.
    stack.kill(signal);

    assert.equal(await inFlight, "answered while draining");
    assert.equal((await stack.ended).exitCode, 0);
    await assert.rejects(fetch(baseUrl), /fetch failed/);
    await assert.rejects(fetch(identityUrl), /fetch failed/);
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
}

test("when npm and its shell are ended without us, we end too", async () => {
  const stack = startStandIn({ asNpm: true });
  const { pid } = await processOf(await baseUrlOf(stack));
  stack.kill("SIGTERM");
  // Not over before the last process has let go of the output.
  await stack.ended;
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});

test("Ctrl-C before it is ready leaves nothing running and exits 0", async () => {
  const entry = fileURLToPath(new URL("../test/never-listens.ts", import.meta.url));
  const stack = startStandIn({ entry });
  const [, pid] = await stack.prints(/^never listens, pid (\d+)$/m);
  stack.kill("SIGINT");
  assert.equal((await stack.ended).exitCode, 0);
  assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
});

test("when the API dies, everything stops with exit code 1 and a sentence that has the API's code", async () => {
  const stack = startStandIn();
  const baseUrl = await baseUrlOf(stack);
  await assert.rejects(fetch(`${baseUrl}/die`), /fetch failed/);
  const { exitCode, output } = await stack.ended;
  assert.equal(exitCode, 1);
  assert.match(output, /^The API ended with exit code 3\. Everything else is stopped too\.$/m);
});

test("an API that cannot start stops everything with exit code 1 and a sentence", async () => {
  const { exitCode, output } = await startStandIn({ entry: "/no/such/entry.ts" }).ended;
  assert.equal(exitCode, 1);
  assert.match(output, /^The API ended with exit code 1\. It was not listening yet\.$/m);
});

test("a taken port is refused with one sentence that says how to choose another", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" ? `${address?.port}` : "";
  try {
    assert.deepEqual(await run("start-stand-in.ts", { environment: { PORT: port } }).ended, {
      exitCode: 1,
      output: `Port ${port} is taken. Choose another, for example: npm start -- --port 4000 (0 is any free port).\n`,
    });
  } finally {
    holder.close();
  }
});

test("an unknown option is refused with one sentence", async () => {
  assert.deepEqual(await run("../src/start.ts", { args: ["--prot", "4000"] }).ended, {
    exitCode: 1,
    output:
      'Cannot read "--prot 4000": the options are --port N, where 0 is any free port, --runtime lambda or containerized, --identity local or firebase-emulator, and --reload.\n',
  });
});

describe("with --reload", () => {
  let source: string;
  let stack: Run;
  let baseUrl: string;
  const entry = () => join(source, "main.ts");
  const importStandIn = `await import(${JSON.stringify(standIn)});`;
  before(async () => {
    source = await mkdtemp(join(tmpdir(), "local-reload-"));
    await writeFile(entry(), importStandIn);
    stack = startStandIn({ args: ["--reload"], entry: entry(), source });
    baseUrl = await baseUrlOf(stack);
  });
  after(async () => {
    stack.kill("SIGINT");
    assert.equal((await stack.ended).exitCode, 0);
    await rm(source, { recursive: true });
  });

  test("a save gives the API a new process on the same port, and the identity provider stays", async () => {
    const before = await processOf(baseUrl);
    const inFlight = fetch(`${baseUrl}/hold`).then((response) => response.text());
    await stack.prints(/^holding$/m);

    await writeFile(join(source, "saved.ts"), "");
    await stack.prints(/^Reloaded\.$/m);

    assert.equal(await inFlight, "answered while draining", "a request was lost");
    const now = await processOf(baseUrl);
    assert.notEqual(now.pid, before.pid);
    assert.equal(now.environment.JWT_ISSUER_JWKS_URI, before.environment.JWT_ISSUER_JWKS_URI);
    assert.equal((await fetch(`${now.environment.JWT_ISSUER_JWKS_URI}`)).status, 200);
  });

  test("an API that no longer starts is said so, and the next save mends it", async () => {
    await writeFile(entry(), "process.exit(7);");
    await stack.prints(/^The API ended with exit code 7\. Waiting for the next save\.$/m);
    await writeFile(entry(), importStandIn);
    await stack.prints(/Waiting for the next save\.\n.*Reloaded\./s);
    assert.equal((await fetch(`${baseUrl}/v1/manage/hc`)).status, 200);
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
