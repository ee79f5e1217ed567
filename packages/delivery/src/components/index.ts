// The exports for `sst.config.ts`. These files use SST's globals; `packages/delivery/tsconfig.json` checks them.

export { GithubDeployRole, type GithubDeployRoleArgs } from "./github-deploy-role.ts";
export { Pipeline, type PipelineArgs } from "./pipeline.ts";
export { SlackChannels, type SlackChannelsArgs } from "./slack-channels.ts";
