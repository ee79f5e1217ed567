import assert from "node:assert/strict";
import { test } from "node:test";
import { PlainError } from "./command.ts";
import { readOptions } from "./options.ts";

test("by default it runs this folder's API in the Lambda runtime on port 3000, with a local Firebase, without reload, with one line per request", () => {
  assert.deepEqual(
    { ...readOptions([], {}) },
    {
      api: ".",
      identity: "firebase",
      port: 3000,
      reload: false,
      runtime: "lambda",
      verbose: false,
    },
  );
});

test("--api names the folder of the API", () => {
  assert.equal(readOptions(["--api", "apis/shop"], {}).api, "apis/shop");
});

test("--runtime accepts the two runtimes, and refuses anything else with a clear message", () => {
  assert.equal(readOptions(["--runtime", "containerized"], {}).runtime, "containerized");
  assert.throws(
    () => readOptions(["--runtime", "docker"], {}),
    isSentence(/^--runtime is "docker"; use lambda or containerized\.$/),
  );
});

test("--identity accepts the known providers, and refuses anything else with a clear message", () => {
  for (const name of ["firebase", "cognito", "auth0", "oidc", "firebase-emulator"])
    assert.equal(readOptions(["--identity", name], {}).identity, name);
  assert.throws(
    () => readOptions(["--identity", "okta"], {}),
    isSentence(/^--identity is "okta"; use firebase, cognito, auth0, oidc or firebase-emulator\.$/),
  );
});

test("without --identity it uses IDENTITY_PROVIDER, and refuses an unknown provider there too", () => {
  assert.equal(readOptions([], { IDENTITY_PROVIDER: "cognito" }).identity, "cognito");
  assert.equal(readOptions(["--identity", "auth0"], { IDENTITY_PROVIDER: "cognito" }).identity, "auth0");
  assert.equal(readOptions([], { IDENTITY_PROVIDER: "" }).identity, "firebase");
  assert.throws(
    () => readOptions([], { IDENTITY_PROVIDER: "okta" }),
    isSentence(/^IDENTITY_PROVIDER is "okta"; use firebase, .*\.$/),
  );
});

test("--port overrides PORT, and PORT overrides the default", () => {
  assert.equal(readOptions([], { PORT: "4000" }).port, 4000);
  assert.equal(readOptions(["--port", "5000"], { PORT: "4000" }).port, 5000);
  assert.equal(readOptions(["--port=0"], { PORT: "4000" }).port, 0);
});

test("--reload and --verbose are read", () => {
  const { reload, verbose } = readOptions(["--reload", "--verbose"], {});
  assert.deepEqual([reload, verbose], [true, true]);
});

for (const port of ["65536", "-1", "80a", "0x50", "1e3", ""]) {
  test(`--port=${port} is refused with a clear message`, () => {
    assert.throws(
      () => readOptions([`--port=${port}`], {}),
      isSentence(/^--port is ".*"; use a number from 0 to 65535/),
    );
  });
}

test("a bad PORT is refused with a message that names it", () => {
  assert.throws(() => readOptions([], { PORT: "http" }), isSentence(/^PORT is "http"; use .*\.$/));
});

for (const args of [["--prot", "4000"], ["--port"], ["4000"]]) {
  test(`"${args.join(" ")}" is refused with a message that names the options`, () => {
    assert.throws(
      () => readOptions(args, {}),
      isSentence(/^Cannot read ".*": the options are --api FOLDER, --port N .* and --verbose\.$/),
    );
  });
}

function isSentence(pattern: RegExp) {
  return (error: unknown) => error instanceof PlainError && pattern.test(error.message);
}
