import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readRelease } from "@lambda-express-api/kit/release.ts";
import type { BuiltAnswer } from "@lambda-express-api/kit/test/support/run-built.ts";
import { gatewayVerdict } from "@lambda-express-api/kit/testing/gateway-verdict.ts";
import { payloadEvent } from "@lambda-express-api/kit/testing/payload-event.ts";
import { startTestIssuer } from "@lambda-express-api/kit/testing/test-issuer.ts";
import { FIXTURE } from "../test/fixtures/fixture.ts";
import { assertOwnStack, type LoggedError } from "../test/support/assert-own-stack.ts";
import { greetAda } from "../test/support/greet-ada.ts";
import { type Files, routeSource, SMALL_ENTRIES, writeApi } from "../test/support/write-api.ts";
import type { Bundle } from "./bundle-files.ts";
import { buildLambda } from "./lambda.ts";

const kitFile = (name: string) =>
  fileURLToPath(import.meta.resolve(`@lambda-express-api/kit/test/support/${name}`));

const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "x64";
const SNAPSHOT = new URL("__snapshots__/cold-path.txt", import.meta.url);
/** The bytes of Express with serverless-http alone, bundled with SST's options into one file. */
const HELLO_BYTES = 857_000;

describe("the built Lambda function", () => {
  let root: string;
  let folder: string;
  let sources: Bundle["sources"];
  let environment: Readonly<Record<string, string>>;
  const events: Record<"health" | "whoAmI" | "docs" | "token", object> = {
    health: payloadEvent({ method: "GET", path: "/v1/health" }),
    whoAmI: {},
    docs: payloadEvent({ method: "GET", path: "/v1/docs", headers: { "accept-encoding": "br" } }),
    token: payloadEvent({
      method: "POST",
      path: "/v1/auth/token",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "user@example.com", password: "not-secret" }),
    }),
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "built-lambda-"));
    folder = join(root, "built");
    ({ sources } = await buildLambda(FIXTURE, { out: folder, architecture: ARCHITECTURE }));
    const issuer = await startTestIssuer();
    const authorization = `Bearer ${issuer.sign(issuer.claims(["USERS"]))}`;
    events.whoAmI = payloadEvent(
      { method: "GET", path: "/v1/me", headers: { authorization } },
      { authorizer: (await gatewayVerdict(authorization, issuer)) ?? {} },
    );
    await issuer.close();
    environment = {
      RUNTIME: "LAMBDA",
      NODE_ENV: "production",
      JWT_ISSUER: issuer.issuer,
      JWT_AUTHORIZED_AUDIENCES: issuer.audience,
      FIREBASE_APP_API_KEY: "test-key",
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
    };
  });
  after(() => rm(root, { recursive: true }));

  interface Run {
    readonly answers: readonly BuiltAnswer[];
    /** The log, without the line of each health check. */
    readonly lines: readonly Record<string, unknown>[];
  }

  /** Answers events in a fresh process, started as Lambda starts Node. */
  async function run(
    built: string,
    given: readonly object[],
    flags = ["--expose-gc"],
    env = environment,
  ): Promise<Run> {
    const script = kitFile("run-built.ts");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, script, built, JSON.stringify(given)],
      { env },
    );
    const lines = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
    return { answers: lines.at(-1), lines: lines.slice(0, -1).filter(({ message }) => message !== "health") };
  }

  async function contents(of: string): Promise<Record<string, string>> {
    const entries = await readdir(of, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [file.slice(of.length), await hashOf(file)] as const)),
    );
  }

  async function hashOf(file: string): Promise<string> {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  }

  const statuses = ({ answers }: Run) => answers.map(({ statusCode }) => statusCode);

  it("knows its release, which it reports", async () => {
    const { answers } = await run(folder, [payloadEvent({ method: "GET", path: "/v1/" })]);
    const { version, commit } = JSON.parse(answers[0]?.body ?? "");
    assert.deepEqual({ version, commit }, readRelease(folder));
    assert.notEqual(commit, "development");
  });

  it("logs an error with the functions and the lines of the source", async () => {
    const { answers, lines } = await run(folder, [payloadEvent({ method: "GET", path: "/v1/orders" })]);
    assert.equal(answers[0]?.statusCode, 500);
    const logged = lines.find(({ level }) => level === "error") ?? assert.fail(JSON.stringify(lines));
    assertOwnStack(logged.error as LoggedError);
  });

  it("responds with V8's code cache of each file it needs, and logs nothing about it", async () => {
    const done = await run(folder, [events.health, events.whoAmI, events.docs]);
    assert.deepEqual(statuses(done), [200, 200, 200]);
    assert.deepEqual(done.lines, []);
    const names = await readdir(folder);
    for (const file of done.answers.at(-1)?.files ?? []) assert.ok(names.includes(`${file}.cache`), file);
  });

  it("has an entry for a job beside the API, which is not read at a cold start of the API", async () => {
    assert.equal(await greetAda(folder), "Hello Ada");
    const job = /\/src\/jobs\//;
    assert.ok(Object.values(sources).some((files) => files.some((file) => job.test(file))));
    assert.ok(!sources["app.js"]?.some((file) => job.test(file)), String(sources["app.js"]));
  });

  it("warms other instances, which loads the AWS SDK by import(): a ping for three makes two calls (with a stub of Lambda)", async (t) => {
    const calls: string[] = [];
    const lambda = createServer(async (request, response) => {
      calls.push(`${request.method} ${decodeURIComponent(request.url ?? "")} ${await text(request)}`);
      response.writeHead(202).end();
    });
    t.after(() => lambda.close());
    await once(lambda.listen(0, "127.0.0.1"), "listening");
    const { port } = lambda.address() as AddressInfo;
    const { answers, lines } = await run(folder, [{ warmer: true, concurrency: 3 }], ["--expose-gc"], {
      ...environment,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "none",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
    });
    assert.deepEqual(answers.length, 1);
    assert.deepEqual(
      lines.map(({ message }) => message),
      ["warmer"],
    );
    assert.equal(calls.length, 2, calls.join("\n"));
    for (const call of calls)
      assert.match(call, /^POST \/2015-03-31\/functions\/arn:aws:lambda:\S+\/invocations \{"warmer":true,/);
  });

  describe("loads the modules for a signal only if its setting is on, and then reports it:", () => {
    for (const [what, setting, modules, lines] of [
      [
        "traces",
        { OTEL_TRACES_EXPORTER: "console" },
        /\/@opentelemetry\/|\/kit\/src\/tracing\/(?!tracing\.ts$)/,
        ["auth", "handler", "GET /v1/health"],
      ],
      ["metrics", { METRICS_NAMESPACE: "shop/dev" }, /\/kit\/src\/metrics\//, [undefined]],
    ] as const)
      it(what, async () => {
        const sourcesRead = ({ answers }: Run) =>
          (answers[0]?.files ?? []).flatMap((file) => sources[file] ?? []);
        const off = await run(folder, [events.health]);
        const on = await run(folder, [events.health], ["--expose-gc"], { ...environment, ...setting });
        assert.deepEqual(
          sourcesRead(off).filter((source) => modules.test(source)),
          [],
        );
        assert.notDeepEqual(
          sourcesRead(on).filter((source) => modules.test(source)),
          [],
        );
        assert.deepEqual([off.lines, on.lines.map(({ name }) => name)], [[], lines]);
      });
  });

  it("keeps no answered request in memory after a minor collection", async () => {
    const script = kitFile("measure-kept.ts");
    // Room enough for V8 to leave all collecting to the script.
    const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, script, folder, JSON.stringify(events.whoAmI)],
      { env: environment },
    );
    const keptBytes = Number(stdout.trim().split("\n").at(-1));
    // Some of it is Node's own streams, which live longer. A request with everything it refers to has 10 kB
    // and more.
    assert.ok(keptBytes < 4000, `${keptBytes} bytes of each`);
  });

  it("writes nothing into its folder", async () => {
    const before = await contents(folder);
    await run(folder, [events.health, events.docs], []);
    assert.deepEqual(await contents(folder), before);
  });

  it("is identical when another process builds it, except for the bytes of its code caches", async () => {
    const again = join(root, "again");
    const program = join(import.meta.dirname, "lambda.ts");
    const out = relative(process.cwd(), again);
    await promisify(execFile)(process.execPath, [
      program,
      ...["--api", FIXTURE, "--architecture", ARCHITECTURE, out],
    ]);
    const comparable = async (of: string) =>
      Object.entries(await contents(of))
        .map(([file, hash]) => (file.endsWith(".cache") ? file : `${file} ${hash}`))
        .sort();
    assert.deepEqual(await comparable(again), await comparable(folder));
  });

  it("has no code cache when it is built for machines of another kind, and still responds", async () => {
    const other = join(root, "other");
    await buildLambda(FIXTURE, { out: other, architecture: ARCHITECTURE === "x64" ? "arm64" : "x64" });
    assert.deepEqual(
      (await readdir(other)).filter((name) => name.endsWith(".cache")),
      [],
    );
    // What the process keeps of its first build makes no difference.
    const sameFor = async (of: string) =>
      Object.entries(await contents(of))
        .filter(([file]) => !/\.cache$|\/bundle\.mjs$/.test(file))
        .sort();
    assert.deepEqual(await sameFor(other), await sameFor(folder));
    const done = await run(other, [events.health, events.whoAmI, events.docs, events.token]);
    assert.deepEqual(statuses(done), [200, 200, 200, 503]);
    assert.deepEqual(
      done.lines.filter(({ message }) => message === "code cache not used"),
      [],
    );
  });

  describe("whose code cache cannot be used compiles its source, returns the same responses and logs one line:", () => {
    const cases: Record<string, (copy: string, codeCache: string) => Promise<void>> = {
      "it is missing": (_, codeCache) => rm(codeCache),
      "it is empty": (_, codeCache) => truncate(codeCache, 0),
      "it is cut off": (_, codeCache) => truncate(codeCache, 1000),
      "it is something else": (_, codeCache) => writeFile(codeCache, "a".repeat(100_000)),
      "it is from another version of V8": async (_, codeCache) => {
        const bytes = await readFile(codeCache);
        bytes.writeUInt32LE((bytes.readUInt32LE(4) ^ 1) >>> 0, 4);
        await writeFile(codeCache, bytes);
      },
      "it is for another source": async (copy) => {
        const app = join(copy, "app.js");
        await writeFile(app, `${await readFile(app, "latin1")}\n`);
      },
    };
    let copy: string;
    let expected: Run;
    before(async () => {
      copy = join(root, "changed");
      await cp(folder, copy, { recursive: true });
      expected = await run(folder, [events.health, events.whoAmI]);
    });

    for (const [name, change] of Object.entries(cases)) {
      it(name, async () => {
        for (const file of ["app.js", "app.js.cache"]) await cp(join(folder, file), join(copy, file));
        await change(copy, join(copy, "app.js.cache"));
        const done = await run(copy, [events.health, events.whoAmI]);
        assert.deepEqual(
          done.answers.map(({ statusCode, body }) => [statusCode, body]),
          expected.answers.map(({ statusCode, body }) => [statusCode, body]),
        );
        assert.deepEqual(
          done.lines.map(({ level, message, codeCache }) => [level, message, codeCache]),
          [["warn", "code cache not used", "app.js.cache"]],
        );
      });
    }

    it("Node was started with other flags: one line, whatever the number of files", async () => {
      const done = await run(folder, [events.health], ["--no-opt"]);
      assert.deepEqual(statuses(done), [200]);
      assert.deepEqual(
        done.lines.map(({ message }) => message),
        ["code cache not used"],
      );
    });
  });

  describe("on the path of a cold start", () => {
    let cold: Run["answers"];
    before(async () => {
      ({ answers: cold } = await run(folder, [events.health, events.whoAmI]));
    });

    it("reads one file beside each endpoint's own, together at most three tenths of a bare Express's bytes", async () => {
      const names = cold.map(({ files }) => files.map((file) => file.replace(/-[A-Z0-9]{8}\./, ".")));
      assert.deepEqual(names, [
        ["app.js", "get-health.js"],
        ["app.js", "get-health.js", "get-me.js"],
      ]);
      for (const { bytes } of cold) {
        assert.ok(bytes <= HELLO_BYTES * 0.3, `${bytes} bytes`);
      }
    });

    it("reads one line of text for each endpoint, from which every endpoint is found", async () => {
      const app = await readFile(join(folder, "app.js"), "latin1");
      for (const [key, file] of [
        ["GET /v1/health", "get-health"],
        ["GET /v1/me", "get-me"],
      ])
        assert.ok(new RegExp(String.raw`\\n${key}\t\./${file}-\w+\.js \w+\\n`).test(app), key);
      assert.ok(!/__load\("\.\/get-(health|me)/.test(app), "no function of an endpoint");

      const get = (path: string) => payloadEvent({ method: "GET", path });
      const { answers } = await run(
        folder,
        ["/v1/nowhere", "/v1/health", "/v1/openapi.json", "/v1/health"].map(get),
      );
      assert.deepEqual(
        answers.map(({ statusCode }) => statusCode),
        [404, 200, 200, 200],
      );
      const { paths } = JSON.parse(answers[2]?.body ?? "");
      for (const path of ["/v1/health", "/v1/me", "/v1/auth/token", "/v1/docs"]) assert.ok(paths[path], path);
    });

    it("has only the sources, packages and builtin modules that a review has seen", async () => {
      const report = coldPath(sources["app.js"] ?? [], cold.at(-1)?.builtins ?? []);
      if (process.env.UPDATE_SNAPSHOTS) await writeFile(SNAPSHOT, report);
      assert.equal(report, await readFile(SNAPSHOT, "utf8"), "if this is intended: npm run snapshots");
    });

    it("loads nothing of docs, OpenAPI, schemas, HTTP client, AWS SDK and token verification", () => {
      const absent =
        /\/(zod|axios|jose|firebase-admin|iconv-lite|mime-db|negotiator|qs|send|debug|@aws-sdk|@smithy|@asteasolutions)\/|\/docs\/(files|openapi|landing-page)\.ts$/;
      assert.deepEqual(
        (sources["app.js"] ?? []).filter((source) => absent.test(source)),
        [],
      );
    });

    it("loads for the first docs page and for the first token only what each needs", async () => {
      const names = async (event: object) =>
        (await run(folder, [event])).answers[0]?.files
          .map((file) => file.replace(/-[A-Z0-9]{8}\.js$/, ""))
          .filter((name) => name !== "chunk");
      assert.deepEqual(await names(events.docs), ["app.js", "get-docs", "zod", "files", "sign-in-page"]);
      assert.deepEqual(await names(events.token), ["app.js", "api", "zod", "firebase", "axios"]);
    });
  });
});

const HEALTH = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;

describe("the rehearsal of a built function fails the build", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @param endpoint options for the source of `GET /reports`. */
  async function build(
    architecture: "arm64" | "x64",
    endpoint: Parameters<typeof routeSource>[1],
    { definition, more }: { readonly definition?: string; readonly more?: Files } = {},
  ) {
    const reports = ["get-reports.ts", routeSource("GET /reports", endpoint)] as const;
    await writeApi(folder, { "GET /health": HEALTH, "GET /reports": reports }, more, definition);
    return buildLambda(folder, { out: join(folder, "out"), architecture });
  }

  for (const architecture of ["arm64", "x64"] as const)
    it(`for ${architecture}, and names the endpoint whose file throws only in the build`, async () => {
      const before = 'if (process.env.RUNTIME === "LAMBDA") throw new Error("No such font");';
      await assert.rejects(build(architecture, { before }, { more: SMALL_ENTRIES }), (error: Error) => {
        assert.match(error.message, /GET \/reports cannot be loaded: Error: No such font\n/);
        assert.match(error.message, /get-reports/, "with its stack");
        return true;
      });
      assert.ok(!existsSync(join(folder, "out/bundle.mjs")), "the function has no entry");
    });

  it("and names the endpoint that returns 500 to a refusal, with its log", async () => {
    const definition = 'groupRefusal: () => { throw new Error("No groups today"); },';
    await assert.rejects(build("arm64", { access: "auth" }, { definition }), (error: Error) => {
      assert.match(error.message, /GET \/reports returns 500; the log below explains why/);
      assert.match(error.message, /"message":"No groups today"/);
      return true;
    });
  });

  for (const [fault, source, sentence] of [
    ["throws when it is loaded", 'throw new Error("No such queue");', /No such queue/],
    ["has no handler", "export const run = () => {};", /it must export handler: /],
  ] as const)
    it(`and names the file of a job that ${fault}`, async () => {
      const more = { ...SMALL_ENTRIES, "src/jobs/greet.ts": source };
      await assert.rejects(build("x64", {}, { more }), (error: Error) => {
        assert.match(error.message, /src\/jobs\/greet\.ts cannot be loaded: /);
        assert.match(error.message, sentence);
        return true;
      });
    });
});

/** What a cold start loads, for review: new entries are new costs. */
function coldPath(files: readonly string[], builtins: readonly string[]): string {
  const packageOf = (file: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  const packages = new Set(files.map(packageOf).filter((name) => name !== undefined));
  const own = files.filter((file) => file.startsWith("packages/"));
  const list = (title: string, entries: Iterable<string>) => [
    title,
    ...[...entries].sort().map((entry) => `  ${entry}`),
  ];
  return `${[
    ...list("sources", own),
    ...list("packages", packages),
    ...list("builtin modules beyond those of Lambda's runtime", builtins),
  ].join("\n")}\n`;
}
