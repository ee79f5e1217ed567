/**
 * Keeps the app out of the kit: owners may change its name, sentences, paths and mapping key, so the kit must not contain
 * them. Comments, tests and fixtures may.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "packages/kit/src";
const EXCLUDED = ["**/*.test.ts", "**/fixtures/**"];
/** Lines of a comment. */
const COMMENT = /^\s*(\/\/|\/\*|\*)/;

const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** The parts of an app that its owner may change. */
export interface AppWords {
  readonly name: string;
  readonly sentences: readonly string[];
  readonly mappingKey: string;
}

/** The texts that may not be in the kit, each with its name. */
function faultyWords({ name, sentences, mappingKey }: AppWords): readonly (readonly [RegExp, string])[] {
  return [
    // It is also the scope of the packages.
    [new RegExp(`(?<!@)${literal(name)}`), "the app's name"],
    ...sentences.map((sentence) => [new RegExp(literal(sentence)), "a sentence of the app"] as const),
    [/["'`]([A-Z]+ )?\/v\d+\b/, "a path of the app"],
    [/\bexamples\/orders\b/, "the path of an example"],
    // The kit also imports Express.
    [new RegExp(`(?<!from |import\\()["'\`/]${literal(mappingKey)}["'\`/]`), "the app's mapping key"],
  ];
}

/** Finds the app's texts in this repository's kit. Each fault is a sentence. */
export function wordFaults(root: string, app: AppWords): string[] {
  const words = faultyWords(app);
  const files = globSync(`${FOLDER}/**/*.{ts,js,css,html,svg}`, { cwd: root, exclude: EXCLUDED }).sort();
  return files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        COMMENT.test(line)
          ? []
          : words.flatMap(([word, what]) =>
              word.test(line) ? [`${file}:${index + 1} has ${what}: ${line.trim()}`] : [],
            ),
      ),
  );
}

if (import.meta.main) {
  const { api } = await import("../packages/api/src/api.ts");
  const { groupRefusal } = await import("../packages/api/src/group-refusal.ts");
  const { local } = await import("../packages/api/src/local.ts");
  const { HEALTH_STATUS } = await import("../packages/api/src/routes/manage/get-health.ts");
  const faults = wordFaults(".", {
    name: api.name,
    sentences: [HEALTH_STATUS, groupRefusal(["ADMINS"], ["USERS"]), groupRefusal(["ADMINS"], [])],
    mappingKey: local.mappingKey,
  });
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
}
