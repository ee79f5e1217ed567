/**
 * `node evidence/packages/src/check.ts [NAME ...]`: does something with each package, imported statically and on demand, from
 * source, in the built function and in the built container, and prints the table. Exits with 1 where something differs.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { buildContainer } from "@lambda-express-api/build/container.ts";
import { buildLambda } from "@lambda-express-api/build/lambda.ts";
import { FORMS, type Outcome } from "./ask.ts";
import { rows } from "./rows.ts";
import { startStandIns } from "./stand-ins.ts";

const given = process.argv.slice(2);
const names = Object.keys(rows).filter((name) => given.length === 0 || given.includes(name));
const folder = join(import.meta.dirname, "..");
// Outside the repository: what was not built in must not be found.
const out = await mkdtemp(join(tmpdir(), "packages-"));
const { ports, stop } = await startStandIns();

const environment = {
  NODE_ENV: "production",
  HOST: "127.0.0.1",
  PORT: "0",
  JWT_ISSUER: "https://issuer.example.com",
  JWT_ISSUER_JWKS_URI: "http://127.0.0.1:1/jwks.json",
  JWT_AUTHORIZED_AUDIENCES: "packages",
  AUTH_ENDPOINTS: "off",
  TZ: "UTC",
  STAND_INS: JSON.stringify(ports),
};

type Outcomes = Readonly<Record<string, Outcome>>;

async function ask(kind: "handler" | "server", entry: string): Promise<Outcomes> {
  const program = join(import.meta.dirname, "ask.ts");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, kind, entry, ...names], {
    env: { ...environment, RUNTIME: kind === "handler" ? "LAMBDA" : "CONTAINERIZED" },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  const outcomes: Outcomes = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
  if (Object.values(outcomes).some(({ status }) => status !== 200)) process.stdout.write(errorsIn(stdout));
  return outcomes;
}

function errorsIn(log: string): string {
  return log
    .split("\n")
    .filter((line) => line.includes('"level":"error"'))
    .map((line) => `${JSON.parse(line).error.cause?.stack ?? line}\n`)
    .join("");
}

try {
  const architecture = process.arch === "arm64" ? "arm64" : "x64";
  await buildLambda(folder, { out: join(out, "lambda"), architecture });
  await buildContainer(folder, join(out, "container"));
  const source = await ask("handler", join(folder, "src/lambda.ts"));
  const lambda = await ask("handler", join(out, "lambda/bundle.mjs"));
  const container = await ask("server", join(out, "container/main.mjs"));

  let faults = 0;
  for (const key of FORMS.flatMap((form) => names.map((name) => `${name} ${form}`))) {
    const expected = source[key];
    const cells = [lambda[key], container[key]].map((outcome) => isDeepStrictEqual(outcome, expected));
    const isRight = expected?.status === 200 && cells.every(Boolean);
    if (!isRight) faults++;
    const [name = "", form = ""] = key.split(" ");
    const marks = [expected?.status === 200, ...cells].map((cell) => (cell ? "yes" : "NO ")).join("  ");
    console.log(`${name.padEnd(32)} ${form.slice(1).padEnd(10)} ${marks}`);
    if (!isRight)
      console.log(JSON.stringify({ source: expected, lambda: lambda[key], container: container[key] }));
  }
  console.log(
    `${names.length} packages, ${FORMS.length} forms, source, function, container: ${faults} faults`,
  );
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  stop();
  await rm(out, { recursive: true });
}
