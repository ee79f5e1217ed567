/**
 * Writes the repeated parts of this repository's pages: the list of decisions, and the files that a page quotes. With `--check`
 * it writes nothing and fails if a page is out of date.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

function decisionList(): string {
  const rows = globSync("docs/decisions/0*.md")
    .sort()
    .map((page) => {
      const [, number = "", title = ""] = /^# (\d+)\. (.+)$/m.exec(readFileSync(page, "utf8")) ?? [];
      return `| ${number} | [${title}](${basename(page)}) |`;
    });
  return `<!-- Written by \`npm run generate\`: never edit it by hand. -->

# Decisions

A page for each decision that people ask about: its context, the decision, its consequences, and the alternatives considered.

| Number | Decision |
| --- | --- |
${rows.join("\n")}
`;
}

/** Copies each quoted file into the block below its name. */
function withQuotes(page: string): string {
  return readFileSync(page, "utf8").replaceAll(
    /(<!-- (\S+\.ts) -->\n```ts\n)[\s\S]*?(^```)/gm,
    (_, head: string, file: string, tail: string) => `${head}${readFileSync(file, "utf8")}${tail}`,
  );
}

const isCheck = process.argv.includes("--check");
const pages = ["README.md", ...globSync("docs/guides/*.md")].map((page): [string, string] => [
  page,
  withQuotes(page),
]);
for (const [page, content] of [["docs/decisions/README.md", decisionList()], ...pages] as const) {
  if (readFileSync(page, "utf8") === content) continue;
  if (isCheck) {
    console.error(`${page} is out of date; run: npm run generate`);
    process.exitCode = 1;
  } else writeFileSync(page, content);
}
