import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createApiFolder, MEMBERS } from "../test/api-folder.ts";
import { run } from "../test/run.ts";
import { type Answers, answerByHeart, rightAnswers } from "../test/stand-in-api.ts";
import { exitCodeOf } from "./command.ts";
import { runDemo } from "./demo/run-demo.ts";

const SHOP = fileURLToPath(new URL("../test/fixtures/shop", import.meta.url));

test("the command prints a table of seven rows, and its exit code says whether the responses are correct", async () => {
  for (const [answers, code, correct] of [
    [rightAnswers, 0, 7],
    [changed("GET /v1/health", {}, 503), 1, 6],
  ] as const) {
    const { exitCode, output } = await against(
      answers,
      (url) => run("../src/demo.ts", { args: ["--api", MEMBERS, "--url", url] }).ended,
    );
    assert.equal(exitCode, code, output);
    assert.equal(output.match(/ as expected$/gm)?.length, correct, output);
    assert.equal(output.match(/ DIFFERS: /g)?.length ?? 0, 7 - correct, output);
  }
});

test("each call is shown as a curl line, with variables for the tokens", async () => {
  const { output } = await demoAgainst(rightAnswers);
  assert.match(output, /^\$ curl -F username=does\.not\.exist@example\.com -F password=not-secret http/m);
  assert.match(output, /^\$ USER_TOKEN="\$\(curl -s -F username=user@example\.com .*access_token'\)"$/m);
  assert.match(output, /^\$ curl -H "Authorization: Bearer \$ADMIN_TOKEN" http\S+\/v1\/admin\/endpoints$/m);
});

test("long tokens in responses are shortened", async () => {
  const long = "e30.".padEnd(400, "x");
  const { output } = await demoAgainst(
    changed("POST /v1/auth/token for admin@example.com", { refreshToken: long }),
  );
  assert.match(output, /"refreshToken": "e30\.xxxxxxxx…"/);
});

const wrong: [step: string, answer: string, body: object, status?: number][] = [
  ["public [ALLOW]", "GET /v1/health", {}, 503],
  ["auth [DENY]", "POST /v1/auth/token for does.not.exist@example.com", { message: "Other than the reason" }],
  ["admin [ALLOW]", "GET /v1/admin/endpoints for admin@example.com", { endpoints: [] }],
];
for (const [step, answer, body, status] of wrong) {
  test(`${answer} answering ${status ?? ""}${JSON.stringify(body)} exits 1 and names ${step}`, async () => {
    const { exitCode, output } = await demoAgainst(changed(answer, body, status));
    assert.equal(exitCode, 1);
    const differing = output.split("\n").filter((line) => line.includes("DIFFERS"));
    assert.equal(differing.length, 1, output);
    assert.ok(differing[0]?.startsWith(step), output);
  });
}

test("a deployment may have other callers, whose password is not shown", async () => {
  const { exitCode, output } = await demoAgainst(renamed("user@example.com", "someone@example.org"), {
    DEMO_USER: "someone@example.org",
    DEMO_PASSWORD: "a real password",
  });
  assert.equal(exitCode, 0, output);
  assert.match(output, /-F username=someone@example\.org -F "password=\$DEMO_PASSWORD"/);
  assert.doesNotMatch(output, /a real password/);
});

test("--anonymous makes only the calls that need no account, in order", async () => {
  const { exitCode, output } = await demoAgainst(rightAnswers, {}, ["--anonymous"]);
  assert.equal(exitCode, 0, output);
  const rows = output.split("\n").filter((line) => line.endsWith("as expected"));
  assert.deepEqual(
    rows.map((row) => row.split("  ")[0]?.trim()),
    ["public [ALLOW] GET /v1/health", "auth [DENY] POST /v1/auth/token", "private [DENY] GET /v1/me"],
  );
  assert.doesNotMatch(output, /TOKEN|admin@example/);
});

test("--anonymous requests no token if AUTH_ENDPOINTS=off", async () => {
  const { exitCode, output } = await demoAgainst(rightAnswers, { AUTH_ENDPOINTS: "off" }, ["--anonymous"]);
  assert.equal(exitCode, 0, output);
  assert.doesNotMatch(output, /auth \[/);
  assert.equal(output.match(/ as expected$/gm)?.length, 2, output);
});

test("--stage uses the settings of the stage, from its file and from stages.ts", async (t) => {
  const folder = await createApiFolder({});
  const before = process.cwd();
  process.chdir(folder.path);
  t.after(async () => {
    process.chdir(before);
    await folder.remove();
  });
  await folder.save("../.env.staging", "IDENTITY_PROVIDER=auth0\n");
  await folder.save("../stages.ts", 'export const stages: object = { dev: { AUTH_ENDPOINTS: "off" } };');
  for (const [stage, rows] of [
    ["staging", 2],
    ["dev", 2],
    ["other", 3],
  ] as const) {
    const { exitCode, output } = await demoAgainst(rightAnswers, {}, ["--stage", stage, "--anonymous"]);
    assert.equal(exitCode, 0, output);
    assert.equal(output.match(/ as expected$/gm)?.length, rows, output);
  }
});

test("with tokens from the environment, it runs each step that has one and says which variable the others need", async () => {
  const { exitCode, output } = await demoAgainst(rightAnswers, {
    AUTH_ENDPOINTS: "off",
    DEMO_USER_TOKEN: "token-of-user@example.com",
  });
  assert.equal(exitCode, 0, output);
  assert.match(output, /^\$ USER_TOKEN="\$DEMO_USER_TOKEN"$/m);
  assert.doesNotMatch(output, /token-of-user/);
  assert.deepEqual(
    output
      .split("\n")
      .flatMap((line) => /^(\S+ \[\w+\]).* {2}(as expected|skipped: .*)$/.exec(line)?.slice(1) ?? []),
    [
      ...["public [ALLOW]", "as expected"],
      ...["private [DENY]", "as expected"],
      ...["private [ALLOW]", "as expected"],
      ...["admin [DENY]", "as expected"],
      ...["admin [ALLOW]", "skipped: set DEMO_ADMIN_TOKEN"],
    ],
  );
});

test("with tokens for all callers, it runs every step and sends no password", async () => {
  const { exitCode, output } = await demoAgainst(rightAnswers, {
    AUTH_ENDPOINTS: "off",
    DEMO_USER_TOKEN: "token-of-user@example.com",
    DEMO_ADMIN_TOKEN: "token-of-admin@example.com",
  });
  assert.equal(exitCode, 0, output);
  assert.equal(output.match(/ as expected$/gm)?.length, 5, output);
  assert.doesNotMatch(output, /auth\/token/);
});

test("a token from the environment is used even if the API signs callers in", async () => {
  const { exitCode, output } = await demoAgainst(changed("GET /v1/me for user@example.com", {}, 403), {
    DEMO_USER_TOKEN: "token-of-someone-else",
  });
  assert.equal(exitCode, 1);
  assert.match(output, /private \[ALLOW\].*DIFFERS: the status is 404/);
});

test("does not sign in at a provider whose password grant is off by default", async () => {
  const tokens = {
    DEMO_USER_TOKEN: "token-of-user@example.com",
    DEMO_ADMIN_TOKEN: "token-of-admin@example.com",
  };
  for (const [IDENTITY_PROVIDER, rows] of [
    ["auth0", 5],
    ["cognito", 7],
  ] as const) {
    const { exitCode, output } = await demoAgainst(rightAnswers, { ...tokens, IDENTITY_PROVIDER });
    assert.equal(exitCode, 0, output);
    assert.equal(output.match(/ as expected$/gm)?.length, rows, output);
  }
});

test("without --anonymous, AUTH_ENDPOINTS=off stops the demo with a clear message at the first step that needs a token", async () => {
  const { exitCode, output } = await demoAgainst(rightAnswers, { AUTH_ENDPOINTS: "off" });
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /^The demo needs a token for "user", but this API does not have a token endpoint .* set DEMO_USER_TOKEN .*--anonymous .*\.$/m,
  );
});

const step = { area: "own", verdict: "ALLOW", status: 200 };
const stepAs = (more: object) =>
  `export const demo = [{ ...${JSON.stringify({ ...step, ...more })}, body: () => ({}) }];`;

test("an owner's demo can send JSON with any method, as any caller in local.ts", async () => {
  const caller = { email: "ops@example.com", password: "not-secret", displayName: "Ops", groups: [] };
  const api = await createApiFolder({
    "local.ts": `export const local = { callers: { "ops-team": ${JSON.stringify(caller)} } };`,
    "demo.ts": stepAs({ method: "PUT", path: "/v1/things/1", bearer: "ops-team", json: { size: "it's" } }),
  });
  const answers: Answers = {
    "POST /v1/auth/token for ops@example.com": {
      status: 200,
      body: { access_token: "token-of-ops@example.com" },
    },
    'PUT /v1/things/1 for ops@example.com with {"size":"it\'s"}': { status: 200, body: {} },
  };
  const { exitCode, output } = await demoAgainst(answers, {}, [], api.path);
  await api.remove();
  assert.equal(exitCode, 0, output);
  assert.ok(
    output.includes(
      `$ curl -X PUT -H 'content-type: application/json' -d '{"size":"it'\\''s"}' -H "Authorization: Bearer $OPS_TEAM_TOKEN" http`,
    ),
    output,
  );
});

test("a caller missing from local.ts gives a clear message and exit code 1", async () => {
  const api = await createApiFolder({ "demo.ts": stepAs({ method: "GET", path: "/v1/x", bearer: "boss" }) });
  const { exitCode, output } = await demoAgainst(rightAnswers, {}, [], api.path);
  await api.remove();
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /^The demo uses the unknown caller "boss"; use one from src\/local\.ts: user, admin, nobody\.$/m,
  );
});

for (const [path, isLeftOut] of [
  ["/v1/docs/icon.svg?v=1", true],
  ["/v1/openapi.json", false],
] as const) {
  test(`with DOCS=off, GET ${path} is ${isLeftOut ? "left out" : "called"}`, async () => {
    const api = await createApiFolder({ "demo.ts": stepAs({ method: "GET", path }) });
    const { output } = await demoAgainst({}, { DOCS: "off" }, [], api.path);
    await api.remove();
    assert.equal(output.includes(`own [ALLOW] GET ${path}`), !isLeftOut, output);
  });
}

test("a base URL that does not respond gives a clear message and exit code 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");

  const { exitCode, output } = await demo(["--api", MEMBERS], { PORT: `${port}` });
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /^Nothing responds at http:\/\/localhost:\d+\/members\/v1\/health \(ECONNREFUSED\)\. .*$/m,
  );
});

for (const args of [
  ["--ulr", "http://localhost"],
  ["--url", "localhost:3000"],
  ["http://localhost:3000"],
  ["--stage", "dev"],
  ["--stage", "../dev", "--url", "http://localhost:3000"],
]) {
  test(`"${args.join(" ")}" is refused with a clear message`, async () => {
    const { exitCode, output } = await demo(args);
    assert.equal(exitCode, 1);
    assert.match(output, /^[^\n]+\.\n$/);
  });
}

test("an API without a demo gets a message that says so, and exit code 1", async () => {
  const { exitCode, output } = await demo(["--api", SHOP]);
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /^This API does not have a demo, because \S+\/shop\/src\/demo\.ts does not exist\.\n$/,
  );
});

/** The command, in this process. */
async function demo(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  let output = "";
  const print = (text: string) => {
    output += `${text}\n`;
  };
  const exitCode = await exitCodeOf(() => runDemo(args, { ...process.env, ...environment }, print), print);
  return { exitCode, output };
}

function demoAgainst(
  answers: Answers,
  environment: NodeJS.ProcessEnv = {},
  flags: readonly string[] = [],
  api = MEMBERS,
) {
  return against(answers, (url) => demo(["--api", api, "--url", url, ...flags], environment));
}

async function against<Result>(answers: Answers, call: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer(answerByHeart(answers)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return await call(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The correct answers, with one replaced. */
function changed(name: string, body: object, status?: number): Answers {
  const right = rightAnswers[name];
  assert.ok(right, `there is no answer to ${name}`);
  return { ...rightAnswers, [name]: { status: status ?? right.status, body: { ...right.body, ...body } } };
}

function renamed(from: string, to: string): Answers {
  return JSON.parse(JSON.stringify(rightAnswers).replaceAll(from, to));
}
