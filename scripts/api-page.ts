/** The page with a package's exports: names, signatures, and the first paragraph of each docstring. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Exported {
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
}

/**
 * Writes the page from a compiled package's declarations.
 *
 * @param folder the package's folder.
 * @param entries the sources by their names in `exports`: `"./lambda": "./src/lambda.ts"`.
 */
export function apiPage(folder: string, name: string, entries: Readonly<Record<string, string>>): string {
  const sections = Object.entries(entries).map(([entry, source]) => {
    const file = join(folder, source.replace(/^\.\/src\//, "dist/").replace(/\.ts$/, ".d.ts"));
    const described = exportsOf(file)
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(
        ({ name, summary, signature }) =>
          `### \`${name}\`\n\n${summary && `${summary}\n\n`}\`\`\`ts\n${signature}\n\`\`\`\n`,
      );
    return `## \`${name}${entry.slice(1)}\`\n\n${described.join("\n")}`;
  });
  return `# What ${name} exports\n\n${sections.join("\n")}`;
}

/** The exports of a declaration file, including those of files that it names. */
function exportsOf(file: string): readonly Exported[] {
  const text = readFileSync(file, "utf8");
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)];
  const others = lists.flatMap(([, list = "", from = ""]) => {
    const other = declarationsOf(file, from);
    const known = exportsOf(other);
    const items = list.split(",").filter((item) => item.trim() !== "");
    return items.map((item) => {
      const [original = "", name = original] = item
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      const found = known.find((exported) => exported.name === original);
      if (!found) throw new Error(`${other} does not export ${original}`);
      return { ...found, name };
    });
  });
  return [...ownExports(text), ...others];
}

/** Resolves a module of another package, which is packed beside this one. */
function declarationsOf(file: string, from: string): string {
  const [, short, module] = /^@lambda-express-api\/([\w-]+)\/(.+)$/.exec(from) ?? [];
  const path = short ? join(packagesAround(file), short, "dist", module ?? "") : join(dirname(file), from);
  return path.replace(/\.[jt]s$/, ".d.ts");
}

function packagesAround(file: string): string {
  return join(file.slice(0, file.lastIndexOf("/dist/")), "..");
}

const DECLARATION =
  /^(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)?export (?:declare )?(?:abstract )?(?:async )?(?:function|const|class|interface|type|enum) (\w+)/gm;

function ownExports(text: string): readonly Exported[] {
  return [...text.matchAll(DECLARATION)].map(({ 0: head, 1: comment = "", 2: name = "", index }) => {
    const start = index + head.lastIndexOf("export ");
    return { name, summary: firstParagraph(comment), signature: declarationAt(text.slice(start)) };
  });
}

/** A declaration ends with the first line that ends like this outside all brackets. */
function declarationAt(text: string): string {
  const lines = text.split("\n");
  let depth = 0;
  const last = lines.findIndex((line) => {
    if (/^\s*(\/\*\*|\*)/.test(line)) return false;
    const code = line.replaceAll(/"[^"]*"|=>/g, "");
    depth += (code.match(/[[({<]/g)?.length ?? 0) - (code.match(/[\])}>]/g)?.length ?? 0);
    return depth === 0 && /[;}]$/.test(code);
  });
  return lines
    .slice(0, last + 1)
    .join("\n")
    .replace(/^export (declare )?/, "");
}

function firstParagraph(comment: string): string {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trim());
  const text = lines.join("\n").trim();
  const [paragraph = ""] = text.split(/\n\s*\n|\n?^@/m);
  return paragraph.replaceAll("\n", " ").replaceAll(/\{@link (\w+)\}/g, "`$1`");
}
