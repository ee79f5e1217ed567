import assert from "node:assert/strict";
import { test } from "node:test";
import { PlainError } from "./command.ts";
import { readOptions } from "./options.ts";

test("without a word it is the Lambda runtime on port 3000 with the local issuer as Firebase, for the API of this folder, without reload, with one line a request", () => {
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

test("--runtime takes one of the two runtimes, and refuses anything else with a sentence", () => {
  assert.equal(readOptions(["--runtime", "containerized"], {}).runtime, "containerized");
  assert.throws(
    () => readOptions(["--runtime", "docker"], {}),
    isSentence(/^--runtime must be lambda or containerized, and not "docker"\.$/),
  );
});

test("--identity takes one of the providers, and refuses anything else with a sentence", () => {
  for (const name of ["firebase", "cognito", "auth0", "oidc", "firebase-emulator"])
    assert.equal(readOptions(["--identity", name], {}).identity, name);
  assert.throws(
    () => readOptions(["--identity", "okta"], {}),
    isSentence(/^--identity must be firebase, cognito, auth0, oidc or firebase-emulator, and not "okta"\.$/),
  );
});

test("without --identity it is the provider of IDENTITY_PROVIDER, which is refused with a sentence too", () => {
  assert.equal(readOptions([], { IDENTITY_PROVIDER: "cognito" }).identity, "cognito");
  assert.equal(readOptions(["--identity", "auth0"], { IDENTITY_PROVIDER: "cognito" }).identity, "auth0");
  assert.equal(readOptions([], { IDENTITY_PROVIDER: "" }).identity, "firebase");
  assert.throws(
    () => readOptions([], { IDENTITY_PROVIDER: "okta" }),
    isSentence(/^IDENTITY_PROVIDER must be firebase, .* and not "okta"\.$/),
  );
});

test("the flag wins over PORT, PORT over the default", () => {
  assert.equal(readOptions([], { PORT: "4000" }).port, 4000);
  assert.equal(readOptions(["--port", "5000"], { PORT: "4000" }).port, 5000);
  assert.equal(readOptions(["--port=0"], { PORT: "4000" }).port, 0);
});

test("--reload and --verbose are read", () => {
  const { reload, verbose } = readOptions(["--reload", "--verbose"], {});
  assert.deepEqual([reload, verbose], [true, true]);
});

for (const port of ["65536", "-1", "80a", "0x50", "1e3", ""]) {
  test(`--port=${port} is refused with a sentence`, () => {
    assert.throws(
      () => readOptions([`--port=${port}`], {}),
      isSentence(/--port must be a number from 0 to 65535/),
    );
  });
}

test("a bad PORT is refused with a sentence that names it", () => {
  assert.throws(() => readOptions([], { PORT: "http" }), isSentence(/^PORT must be .* not "http"\.$/));
});

for (const args of [["--prot", "4000"], ["--port"], ["4000"]]) {
  test(`"${args.join(" ")}" is refused with a sentence that names the options`, () => {
    assert.throws(() => readOptions(args, {}), isSentence(/--port N.*--reload/));
  });
}

function isSentence(pattern: RegExp) {
  return (error: unknown) => error instanceof PlainError && pattern.test(error.message);
}
