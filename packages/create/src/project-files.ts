/**
 * The files of a new project: this repository's app under another name, and the files that only a project has (`template`).
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CreateOptions } from "./options.ts";
import { projectManifest } from "./project-manifest.ts";
import { REPOSITORY } from "./repository.ts";

const TEMPLATE = join(import.meta.dirname, "../template");

/** Names that npm or git would change in a package. */
const HIDDEN = new Set(["gitignore", "dockerignore", "nvmrc", "env.example"]);

/** Copied from this repository unchanged. */
const OF_DELIVERY = {
  none: [],
  github: [".ci/pin-base-image", ".github/workflows/base-image.yml"],
  codepipeline: [],
} as const;

/** Guides for a single delivery, left out of projects without it. */
const GUIDES_OF_DELIVERY: Readonly<Record<string, readonly CreateOptions["delivery"][]>> = {
  "guides/github-actions.md": ["github"],
  "guides/codepipeline.md": ["codepipeline"],
  "guides/release.md": ["github", "codepipeline"],
};

/** Written by `npm run generate` in the project. */
export const GENERATED = [
  "client/paths.d.ts",
  "docs/access.md",
  "docs/errors/README.md",
  "docs/openapi.json",
  "docs/settings.md",
  "src/routes/routes.ts",
];

/** The demo has the original's messages; without `--demo` a project gets plain ones. */
const PLAIN_WORDS: readonly (readonly [string, string])[] = [
  ["I'm sexy and I know It", "up"],
  [
    "The endpoint has authorization check and the caller does not belong to any groups",
    "You are not a member of any group",
  ],
  ["Only ['ADMINS'] can access this endpoint", "Only members of ADMINS can call this endpoint"],
  [
    "Only ['USERS', 'ADMINS'] can access this endpoint",
    "Only members of USERS or ADMINS can call this endpoint",
  ],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of the app's source
    "Only [${groups.map((group) => `'${group}'`).join(\", \")}] can access this endpoint",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of the app's source
    'Only members of ${groups.join(" or ")} can call this endpoint',
  ],
];

/**
 * Makes the files of a project, by path.
 *
 * @param packages the archives in the project's `vendor`; none if its packages come from the registry.
 * @param repository the folder with the app's files.
 */
export function projectFiles(
  options: CreateOptions,
  packages: ReadonlyMap<string, Buffer>,
  repository = REPOSITORY,
): ReadonlyMap<string, string> {
  const read = (file: string) => readFileSync(join(repository, file), "utf8");
  const files = new Map<string, string>();
  for (const file of appFiles(repository)) files.set(inProjectFolder(file), read(file));
  for (const [file, content] of templateFiles(options)) files.set(file, content);
  files.set("Dockerfile", dockerfile(files.get("Dockerfile") ?? "", packages.size > 0));
  const asTheyAre = [
    "sst.config.ts",
    "stages.ts",
    "infra.ts",
    "biome.json",
    ...OF_DELIVERY[options.delivery],
  ];
  for (const file of asTheyAre) files.set(file, read(file));
  const manifest = `${JSON.stringify(projectManifest(options, packages, read), undefined, 2)}\n`;
  return new Map([
    ...[...files].map(([file, content]) => [file, inProject(content, options)] as const),
    ["package.json", manifest],
  ]);
}

/** The image needs `vendor` only if the project keeps the kit's archives. */
function dockerfile(content: string, hasArchives: boolean): string {
  return hasArchives ? content : content.replace("COPY vendor vendor\n", "");
}

function appFiles(repository: string): string[] {
  return globSync("packages/api/{src,test}/**/*.ts", { cwd: repository }).sort();
}

/** A separate command tests the deployment, because SST's platform takes a minute to unpack. */
function inProjectFolder(file: string): string {
  return file.replace("packages/api/", "").replace("deployment.test.ts", "deployment.suite.ts");
}

function templateFiles({ identity, delivery }: CreateOptions): [string, string][] {
  const folders = ["all", `identity-${identity}`, `delivery-${delivery}`];
  return folders.flatMap((folder) =>
    globSync("{**/*,.*/**/*}", { cwd: join(TEMPLATE, folder), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): [string, string] => {
        const path = join(entry.parentPath, entry.name);
        const file = path.slice(join(TEMPLATE, folder).length + 1);
        return [HIDDEN.has(file) ? `.${file}` : file, readFileSync(path, "utf8")];
      }),
  );
}

/** Converts a file of this repository to the project's. */
function inProject(content: string, { name, demo, delivery }: CreateOptions): string {
  const words = demo ? [] : PLAIN_WORDS;
  const foreign = Object.keys(GUIDES_OF_DELIVERY).filter(
    (guide) => !GUIDES_OF_DELIVERY[guide]?.includes(delivery),
  );
  const lines = content.split("\n").filter((line) => !foreign.some((guide) => line.includes(guide)));
  const worded = words.reduce(
    (text, [original, plain]) => text.replaceAll(original, plain),
    lines.join("\n"),
  );
  return (
    worded
      .replaceAll('mappingKey: "express"', `mappingKey: "${name}"`)
      // The kit's packages keep their names.
      .replaceAll(
        /(?<!@)(?<!create-)\blambda-express-api\b(?!\/(api|build|create|delivery|gateway|infra|kit|local)\b)/g,
        name,
      )
      .replaceAll("./packages/api/src/", "./src/")
      .replaceAll(/\.\/packages\/(\w+)\/src\//g, "@lambda-express-api/$1/")
      // A project does not have the kit's sources.
      .replace('      types: { ignore: ["packages"] },\n', "")
      .replaceAll('"packages/api"', '"."')
      .replaceAll("packages/api/", "")
      .replaceAll("{{name}}", name)
  );
}
