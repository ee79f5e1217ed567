/** `npm run contract`: refuses a change of docs/openapi.json that breaks callers and is not declared. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import { PlainError } from "../command.ts";
import { type BreakingChange, compareDocuments } from "./compare-documents.ts";

const NOTHING = "nothing to compare";

/** Git's output, or undefined if the command fails. */
function git(cwd: string, ...args: readonly string[]): string | undefined {
  try {
    // In a container the checkout often belongs to another user, which git refuses by default.
    return execFileSync("git", ["-c", "safe.directory=*", ...args], {
      cwd,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

/** The merge base with the default branch, or the last release on the default branch itself. */
function defaultBase(cwd: string): string | undefined {
  const head = git(cwd, "rev-parse", "HEAD");
  // A checkout in continuous integration does not know the default branch.
  for (const branch of ["origin/HEAD", "origin/main", "origin/master"]) {
    const base = git(cwd, "merge-base", "HEAD", branch);
    if (base !== undefined && base !== head) return base;
    if (base !== undefined) break;
  }
  return git(cwd, "describe", "--tags", "--abbrev=0");
}

/** The declared changes, as rows `| operation | field | reason |`. Throws for a row without a reason. */
function declaredIn(file: string): readonly (readonly [string, string])[] {
  if (!existsSync(file)) return [];
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.replaceAll("`", "").trim()));
  return rows
    .filter(([, operation = ""]) => /^[A-Z]+ \//.test(operation))
    .map(([, operation = "", field = "", reason = ""]) => {
      if (reason === "")
        throw new PlainError(
          `${file} does not give a reason for ${operation}, ${field}; write it in the third column.`,
        );
      return [operation, field];
    });
}

const { values: options } = parseArgs({
  options: {
    api: { type: "string", default: "." },
    docs: { type: "string", default: "docs" },
    base: { type: "string" },
  },
});

apiFolder(options.api);
const docs = resolve(options.docs);
const file = join(docs, "openapi.json");
if (!existsSync(file)) throw new PlainError(`${file} does not exist; run: npm run generate`);
if (
  options.base !== undefined &&
  git(docs, "rev-parse", "--verify", `${options.base}^{commit}`) === undefined
)
  throw new PlainError(`Unknown commit "${options.base}"; use a branch, tag or commit that git has fetched.`);
const base = options.base ?? defaultBase(docs);
const before = base === undefined ? undefined : git(docs, "show", `${base}:./openapi.json`);
if (base === undefined || before === undefined) {
  console.log(`There is ${NOTHING}.`);
} else {
  const declared = declaredIn(join(dirname(docs), "contract-changes.md"));
  const changes = compareDocuments(JSON.parse(before), JSON.parse(readFileSync(file, "utf8")));
  const isDeclared = ({ operation, field }: BreakingChange) =>
    declared.some((row) => row[0] === operation && row[1] === field);
  const refused = changes.filter((change) => !isDeclared(change));
  if (refused.length > 0) {
    const lines = refused.map(({ operation, field, message }) => `  ${operation}, ${field}: ${message}`);
    throw new PlainError(
      `These changes since ${base} break callers:\n${lines.join("\n")}\nUndo them, create a new version of the endpoint, or declare each change in contract-changes.md with its operation, field and reason.`,
    );
  }
  console.log(`No undeclared breaking changes since ${base} (declared: ${changes.length}).`);
}
