/**
 * Finds phrases that an engineer would not say at a whiteboard, in pages, comments, error sentences and test titles. Code,
 * addresses and quoted contract texts may contain them.
 */
import { globSync, readFileSync } from "node:fs";

/** Each phrase with what to write instead. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/(?<!\bthere )\bis no\b(?! longer\b| more\b)/i, '"is not a"'],
  [/(?<!\bthere )\bis none\b/i, 'what it is instead: "is invalid", "is missing"'],
  [/(?<!Demo )\b(?:nobody|somebody|whoever)\b(?!@|\.\w)/i, 'who it is: "you", "the caller", "the gateway"'],
  [/\bfor ever\b/i, '"forever" or "permanently"'],
  [/\bcannot be had\b/i, '"is unavailable"'],
  [/\bas it must be\b/i, "what it matches"],
  [/\bnone of (?:its|our) business\b/i, "who is responsible"],
  [/\bin a sentence\b/i, 'the subject: "says that ...", "names the ..."'],
  [/\b(?:is|are|was|were|be) told\b/i, 'who does it: "gets", "receives", "learns", "logs"'],
  [/\banew\b/i, '"again"'],
  [/\bin the place of\b/i, '"instead of", "replaces"'],
  [/\bunder way\b/i, '"in flight", "running"'],
  [/\bsees? to it\b/i, '"makes sure", "checks"'],
  [/\bstood in for\b/i, '"with a stub of"'],
  [/\bof no use\b/i, '"unusable", "useless"'],
  [/\boftener\b/i, '"more often"'],
  [/\bthe very\b(?! (?:first|last|same|end|beginning)\b)/i, '"the same", "exactly the"'],
  [/\bgoes? on (?:to|with)\b/i, '"continues"'],
  [/\blives? on\b/i, '"keeps running", "lasts"'],
  [/\bwhere there is none\b/i, '"if there is none"'],
  [/, say[.;:)]/i, '"for example", "such as"'],
  [/\bha(?:s|ve) no use for\b/i, '"does not need"'],
  [/\bspeaks? of\b/i, '"mentions"'],
  [/\blooked at\b/i, '"checked", "read"'],
  [/\bdear(?:er|est)\b/i, '"more expensive", "slower"'],
  [/\b(?:file|folder|machine|process|thread) of (?:its|their) own\b/i, '"a separate ..."'],
  [/\bas (?:it|they) (?:is|are|was|were)[.,;:)]/i, '"unchanged"'],
  [/(?<!:)\bblanks?\b(?! (?:line|page|Issue))/i, '"space"'],
];

/** What an engineer reads in each kind of file. */
const SOURCES = [
  "packages/**/*.{ts,js}",
  "examples/**/*.ts",
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
  return faults(
    path,
    markdown.replaceAll(FENCE, blanked).replaceAll(SPAN, "`…`").replaceAll(ADDRESS, "](…)"),
  );
}

/** @returns one sentence for each phrase in the comments and in the sentences of a source. */
export function phrasesInSource(path: string, source: string): string[] {
  const lines = source.split("\n");
  const comments = lines.map((line) => {
    const [, inBlock, afterSlashes, afterStar] = COMMENT.exec(line) ?? [];
    return (inBlock ?? afterSlashes ?? afterStar ?? "").replaceAll(SPAN, "`…`");
  });
  const sentences = lines.map((line) => {
    const texts = [...line.matchAll(QUOTED)].map(([, , text = ""]) => text);
    // A single word is probably a name.
    return texts.filter((text) => text.includes(" ")).join(" · ");
  });
  return [...new Set([comments, sentences].flatMap((texts) => faults(path, texts.join("\n"))))];
}

/** Finds a phrase across the ends of lines too. */
function faults(path: string, text: string): string[] {
  return PHRASES.flatMap(([{ source, flags }, instead]) => {
    const found = text.matchAll(new RegExp(source.replaceAll(" ", "\\s+"), `${flags}g`));
    return [...found].map(({ 0: words, index }) => {
      const line = text.slice(0, index).split("\n").length;
      return `${path}:${line} says "${words.replaceAll(/\s+/g, " ")}"; write ${instead}`;
    });
  });
}

/** @returns one sentence for each phrase in the sources of this repository. */
export function phrasesInSources(root = "."): string[] {
  const paths = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: EXCLUDED })).sort();
  return [...new Set(paths)].flatMap((path) =>
    phrasesInSource(path, readFileSync(`${root}/${path}`, "utf8")),
  );
}
