/** What CodeBuild runs for a pipeline, as data (CodeBuild user guide, "Build specification reference for CodeBuild"). */

/** Version tags; nothing else is released. */
export const RELEASE_TAGS = "v*";

export interface Buildspec {
  readonly version: 0.2;
  readonly env: {
    readonly shell: "bash";
    readonly "git-credential-helper": "yes";
    readonly "parameter-store"?: Readonly<Record<string, string>>;
  };
  readonly cache?: { readonly paths: readonly string[] };
  readonly phases: { readonly install?: Phase; readonly pre_build: Phase; readonly build: Phase };
}

interface Phase {
  readonly commands: readonly string[];
}

export interface BuildspecOptions {
  readonly stage: string;
  /** Whether each push is deployed; else only version tags are. */
  readonly preRelease: boolean;
  readonly codeDelivery: "sst" | "pipeline";
  /** The parameter that holds the stage's settings, as `.env.<stage>` would. A release of code needs none. */
  readonly settingsParameterName: string;
  /** What the deployment alone is told, whatever the settings say. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether what npm has fetched is kept for the next build. Default: `false`. */
  readonly keepsCache?: boolean;
}

/** npm's cache, where CodeBuild runs as root. */
const CACHE_PATHS = ["/root/.npm/**/*"];

/** Gives the commands: first all that continuous integration runs, and only when that has passed the deployment. */
export function planBuildspec(options: BuildspecOptions): Buildspec {
  const { stage, preRelease, codeDelivery, settingsParameterName, environment } = options;
  const bringsSettings = codeDelivery === "sst";
  return {
    version: 0.2,
    env: {
      shell: "bash",
      "git-credential-helper": "yes",
      ...(bringsSettings && { "parameter-store": { STAGE_SETTINGS: settingsParameterName } }),
    },
    ...(options.keepsCache && { cache: { paths: CACHE_PATHS } }),
    phases: {
      // A pipeline runs once when it is made, and when it is started by hand: then from the head of the branch.
      ...(!preRelease && {
        install: {
          commands: [
            "git fetch --quiet --tags",
            `git describe --exact-match --tags --match '${RELEASE_TAGS}' || { echo 'This commit bears no tag ${RELEASE_TAGS}, so it is not released; push one, e.g. v1.0.0.'; exit 1; }`,
          ],
        },
      }),
      pre_build: { commands: [".ci/run"] },
      build: {
        commands: [
          ...Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`),
          ...(bringsSettings
            ? [`printenv STAGE_SETTINGS > .env.${stage}`, `npm run deploy -- --stage ${stage}`]
            : [`npm run release -- --stage ${stage}`]),
        ],
      },
    },
  };
}
