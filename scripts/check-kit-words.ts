/**
 * Keeps the app out of the kit: its name, its sentences, its paths and its mapping key are the owner's to change, so the kit
 * must not contain them. Comments, tests and fixtures may.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { api } from "../packages/api/src/api.ts";
import { groupRefusal } from "../packages/api/src/group-refusal.ts";
import { local } from "../packages/api/src/local.ts";
import { HEALTH_STATUS } from "../packages/api/src/routes/manage/get-health.ts";

const FOLDER = "packages/kit/src";
const EXCLUDED = ["**/*.test.ts", "**/fixtures/**"];
/** Lines of a comment. */
const COMMENT = /^\s*(\/\/|\/\*|\*)/;

const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** What may not be in the kit, each with what to call it. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  // The packages bear it too.
  [new RegExp(`(?<!@)${literal(api.name)}`), "the app's name"],
  ...[HEALTH_STATUS, groupRefusal(["ADMINS"], ["USERS"]), groupRefusal(["ADMINS"], [])].map(
    (sentence) => [new RegExp(literal(sentence)), "a sentence of the app"] as const,
  ),
  [/["'`]([A-Z]+ )?\/v\d+\b/, "a path of the app"],
  // Express is also what the kit is made with.
  [new RegExp(`(?<!from |import\\()["'\`/]${literal(local.mappingKey)}["'\`/]`), "the app's mapping key"],
];

/** Finds, as sentences, what the kit in this repository has of the app. */
export function wordFaults(root: string): string[] {
  const files = globSync(`${FOLDER}/**/*.{ts,js,css,html,svg}`, { cwd: root, exclude: EXCLUDED }).sort();
  return files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        COMMENT.test(line)
          ? []
          : WORDS.flatMap(([word, what]) =>
              word.test(line) ? [`${file}:${index + 1} has ${what}: ${line.trim()}`] : [],
            ),
      ),
  );
}

if (import.meta.main) {
  const faults = wordFaults(".");
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
}
