/**
 * The files of a new project: the app of this repository under another name, and what only a project of one's own has
 * (`template`).
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CreateOptions } from "./options.ts";
import { projectManifest } from "./project-manifest.ts";
import { REPOSITORY } from "./repository.ts";

const TEMPLATE = join(import.meta.dirname, "../template");

/** Names that npm or git would not leave as they are in a package. */
const HIDDEN = new Set(["gitignore", "dockerignore", "nvmrc", "env.example"]);

/** Of this repository, as they are. */
const OF_DELIVERY = {
  none: [],
  github: [".ci/pin-base-image", ".github/workflows/base-image.yml"],
  codepipeline: [],
} as const;

/** The guides that a project has no use for, with the deliveries that do. */
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

/** The demo's sentences are those of the original design; without `--demo` a project has plain ones. */
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
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a line of the app's source
    "Only [${groups.map((group) => `'${group}'`).join(\", \")}] can access this endpoint",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a line of the app's source
    'Only members of ${groups.join(" or ")} can call this endpoint',
  ],
];

/**
 * Makes the files of a project, by their paths in it.
 *
 * @param packages the archives that the project keeps; none: its packages come from the registry.
 * @param repository the folder of the app that the project is made of.
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

/** Only where the project keeps the kit's archives has its image a use for them. */
function dockerfile(content: string, hasArchives: boolean): string {
  return hasArchives ? content : content.replace("COPY vendor vendor\n", "");
}

function appFiles(repository: string): string[] {
  return globSync("packages/api/{src,test}/**/*.ts", { cwd: repository }).sort();
}

/** The deployment is tested by a command of its own: it needs SST's platform, which takes a minute to unpack. */
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

/** What stands in this repository, as it stands in the project. */
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
      // A package of the kit keeps its name.
      .replaceAll(
        /(?<!@)(?<!create-)\blambda-express-api\b(?!\/(api|build|create|delivery|gateway|infra|kit|local)\b)/g,
        name,
      )
      .replaceAll("./packages/api/src/", "./src/")
      .replaceAll(/\.\/packages\/(\w+)\/src\//g, "@lambda-express-api/$1/")
      // The kit's sources, which a project does not have.
      .replace('      types: { ignore: ["packages"] },\n', "")
      .replaceAll('"packages/api"', '"."')
      .replaceAll("packages/api/", "")
      .replaceAll("{{name}}", name)
  );
}
