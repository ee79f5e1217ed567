/** A page of the docs, taken apart into what can be checked. */

export interface Block {
  readonly language: string;
  readonly code: string;
  /** The file that the line above the block names, whose text the block must be. */
  readonly quotes: string | undefined;
  /** The file that the first line of the block names: a reader writes it. */
  readonly writes: string | undefined;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** The code in the text: what stands between backticks. */
  readonly spans: readonly string[];
  readonly links: readonly string[];
  /** Each table as its rows of cells; the second row is the one of dashes. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** What links to a part of this page may end in. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const QUOTED = /(?:<!-- (\S+\.ts) -->\n|`(\S+\.ts)`:\n\n)$/;
const WRITTEN = /^\/\/ (packages\/\S+\.ts)\n/;
const SPAN = /`([^`\n]+)`/g;
const TABLE = /(?:^\|.*\|$\n?)+/gm;
const LINK = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"|<(https?:[^>\s]*)>/g;

/** Takes a page of Markdown apart. A link in code does not count, nor does code in blocks as text. */
export function parsePage(path: string, markdown: string): Page {
  const text = markdown.replaceAll(FENCE, "");
  return {
    path,
    blocks: [...markdown.matchAll(FENCE)].map((match) => {
      const [, language = "", code = ""] = match;
      const [, inComment, inText] = QUOTED.exec(markdown.slice(0, match.index)) ?? [];
      return { language, code, quotes: inComment ?? inText, writes: WRITTEN.exec(code)?.[1] };
    }),
    spans: [...text.matchAll(SPAN)].map(([, code = ""]) => code.replaceAll("\\|", "|")),
    links: [...text.replaceAll(SPAN, "").matchAll(LINK)].map(
      ([, inline, attribute, bare]) => inline ?? attribute ?? bare ?? "",
    ),
    tables: [...text.matchAll(TABLE)].map(([table]) => table.trim().split("\n").map(cellsOf)),
    anchors: anchorsOf(text),
  };
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

/** As GitHub makes them: the heading in lower case, without punctuation, and numbered when it comes again. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
