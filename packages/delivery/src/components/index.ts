// The package's door for `sst.config.ts`. These files see SST's globals and are checked by `packages/delivery/tsconfig.json`.

export { GithubDeployRole, type GithubDeployRoleArgs } from "./github-deploy-role.ts";
export { Pipeline, type PipelineArgs } from "./pipeline.ts";
export { SlackChannels, type SlackChannelsArgs } from "./slack-channels.ts";
