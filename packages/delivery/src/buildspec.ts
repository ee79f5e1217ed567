/** A pipeline's buildspec as data (CodeBuild user guide, "Build specification reference for CodeBuild"). */

/** Version tags. Other tags are not released. */
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
  /** Whether each push is deployed, or only version tags. */
  readonly preRelease: boolean;
  readonly codeDelivery: "sst" | "pipeline";
  /** The parameter with the stage's settings, in the format of `.env.<stage>`. A release of code needs none. */
  readonly settingsParameterName: string;
  /** Variables for the deployment only, which override the settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether npm's cache is kept for the next build. Default: `false`. */
  readonly keepsCache?: boolean;
}

/** npm's cache, as CodeBuild runs as root. */
const CACHE_PATHS = ["/root/.npm/**/*"];

/** Returns the commands: everything that continuous integration runs, and then the deployment. */
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
      // A new or manually started pipeline runs at the head of the branch.
      ...(!preRelease && {
        install: {
          commands: [
            "git fetch --quiet --tags",
            `git describe --exact-match --tags --match '${RELEASE_TAGS}' || { echo 'This commit has no tag ${RELEASE_TAGS}, so it is not released; push one, e.g. v1.0.0.'; exit 1; }`,
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
