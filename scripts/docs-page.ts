/** Parses a page of the docs into the parts to check. */

export interface Block {
  readonly language: string;
  readonly code: string;
  /** The file named above the block. The block must have its text. */
  readonly quotes: string | undefined;
  /** The file named in the block's first line, which a reader writes. */
  readonly writes: string | undefined;
}

export interface Page {
  /** Relative to the repository's root. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** Code between backticks in the text. */
  readonly spans: readonly string[];
  readonly links: readonly string[];
  /** Each table as rows of cells. The second row has the dashes. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** The anchors of this page. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const QUOTED = /(?:<!-- (\S+\.ts) -->\n|`(\S+\.ts)`:\n\n)$/;
const WRITTEN = /^\/\/ (packages\/\S+\.ts)\n/;
const SPAN = /`([^`\n]+)`/g;
const TABLE = /(?:^\|.*\|$\n?)+/gm;
const LINK = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"|<(https?:[^>\s]*)>/g;

/** Parses a page of Markdown. Links in code are ignored, and so is code in blocks. */
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

/** GitHub's anchors: the heading in lower case, without punctuation, and numbered if it is repeated. */
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
