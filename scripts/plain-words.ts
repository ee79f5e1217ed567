/**
 * Finds phrases that nobody would say at a whiteboard, in pages, comments, error sentences and test titles. Code, addresses and
 * quoted contract texts may contain them.
 */
import { globSync, readFileSync } from "node:fs";

/** Each phrase with what to write in its place. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/(?<!\bthere )\bis no\b(?! longer\b| more\b)/i, '"is not a"'],
  [/(?<!\bthere )\bis none\b/i, 'what it is instead: "is invalid", "is missing"'],
  [/(?<!Demo )\b(?:nobody|somebody|whoever)\b(?!@|\.\w)/i, 'who it is: "you", "the caller", "the gateway"'],
  [/\bfor ever\b/i, '"forever" or "permanently"'],
  [/\bcannot be had\b/i, '"is unavailable"'],
  [/\bas it must be\b/i, "what it matches"],
  [/\bnone of (?:its|our) business\b/i, "who is responsible"],
  [/\bin a sentence\b/i, 'the subject: "says that ...", "names the ..."'],
];

/** What an engineer reads in each kind of file. */
const SOURCES = [
  "packages/**/*.{ts,js}",
  "scripts/**/*.ts",
  "bench/**/*.{ts,js}",
  "evidence/**/*.ts",
  "*.ts",
];
const EXCLUDED = ["**/node_modules/**", "**/vendor/**", "**/dist/**", "**/assets/**", "scripts/plain-words*"];

const FENCE = /^```[\s\S]*?^```$/gm;
const SPAN = /`[^`\n]+`/g;
const ADDRESS = /\]\([^)]*\)|<?https?:\/\/[^\s)>]+/g;
const COMMENT = /^\s*(?:\/\*)?\*(.*)|(?:^|\s)\/\/(.*)|\/\*\*?(.*)/;
const QUOTED = /(["'`])((?:\\.|(?!\1).)*)\1/g;

/** Keeps the line numbers. */
function blanked(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

/** @returns one sentence for each phrase in a page of Markdown. */
export function phrasesInPage(path: string, markdown: string): string[] {
  const text = markdown.replaceAll(FENCE, blanked).replaceAll(SPAN, "`…`").replaceAll(ADDRESS, "](…)");
  return faults(path, text.split("\n"));
}

/** @returns one sentence for each phrase in the comments and in the sentences of a source. */
export function phrasesInSource(path: string, source: string): string[] {
  const lines = source.split("\n").map((line) => {
    const [, inBlock, afterSlashes, afterStar] = COMMENT.exec(line) ?? [];
    const comment = inBlock ?? afterSlashes ?? afterStar ?? "";
    const texts = [...line.matchAll(QUOTED)].map(([, , text = ""]) => text);
    // One word is rather a name.
    const sentences = texts.filter((text) => text.includes(" "));
    return [comment.replaceAll(SPAN, "`…`"), ...sentences].join("\n");
  });
  return faults(path, lines);
}

function faults(path: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) =>
    PHRASES.flatMap(([phrase, instead]) => {
      const [found] = phrase.exec(line) ?? [];
      return found ? [`${path}:${index + 1} says "${found}"; write ${instead}`] : [];
    }),
  );
}

/** @returns one sentence for each phrase in the sources of this repository. */
export function phrasesInSources(root = "."): string[] {
  const paths = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: EXCLUDED })).sort();
  return [...new Set(paths)].flatMap((path) =>
    phrasesInSource(path, readFileSync(`${root}/${path}`, "utf8")),
  );
}
