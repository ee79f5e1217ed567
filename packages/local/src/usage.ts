/** What `--help` prints for each command of a project. */

const API = "  --api FOLDER             the API's folder; default: the current folder";
const STAGE = "  --stage NAME             the stage, with settings in .env.NAME; default: dev";

const START_OPTIONS = `  --port N                 the port; 0 selects any free port; default: PORT, or 3000
  --runtime NAME           lambda (behind a local API Gateway) or containerized; default: lambda
  --identity NAME          the identity provider to imitate: firebase, cognito, auth0, oidc or
                           firebase-emulator; default: IDENTITY_PROVIDER, or firebase
  --verbose                prints the full log instead of one line per request
${API}`;

const RELEASE_STAGE = "  --stage NAME             required; the stage, with settings in .env.NAME";

export const USAGE = {
  start: `npm start -- [options]

Runs the API and a local identity provider until you press Ctrl-C.

${START_OPTIONS}
  --reload                 reloads the API when you save a file in src`,
  dev: `npm run dev -- [options]

Runs the API as npm start does and reloads it when you save a file.

${START_OPTIONS}
  --reload                 always on`,
  demo: `npm run demo -- [options]

Sends the requests in src/demo.ts to the API that npm start runs, and checks the responses.

  --url BASE               sends the requests to the deployment at this URL instead
  --stage NAME             the deployment's stage, whose settings decide which endpoints are enabled
  --anonymous              sends only the requests that do not need an account
${API}`,
  new: `npm run new -- METHOD PATH --access RULE [options]

Creates an endpoint and its test: npm run new -- GET /v1/orders/{orderId} --access groups:STAFF

  --access RULE            public, signed-in, groups:A,B or scopes:a,b
  --name NAME              the operation ID, for example getOrder; default: derived from the method and the path
  --no-test                does not create a test, for endpoints that share a test file
${API}`,
  generate: `npm run generate -- [options]

Writes the list of routes, the pages in docs, and the client types in client/paths.d.ts from the API's source.

  --check                  writes nothing and fails if a file is out of date
  --docs FOLDER            the folder for the pages; default: docs
${API}`,
  contract: `npm run contract -- [options]

Fails if a change to docs/openapi.json breaks callers, unless contract-changes.md declares the change.

  --base REF               the commit to compare with; default: the merge base with the remote's default branch, or the
                           last tag
  --docs FOLDER            the folder for the pages; default: docs
${API}`,
  logs: `npm run logs -- ID [options]

Prints the log lines for the ID of a request, an invocation or a trace, from the local API or from a stage.

  --stage NAME             searches the stage's logs in CloudWatch, with the settings in .env.NAME
  --hours N                with --stage, how many hours to search; default: 24
  --port N                 the local API's port; default: PORT, or 3000
${API}`,
  groups: `npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [options]

Creates an account, or shows and changes its groups, in a stage's identity provider.

${STAGE}
  --api FOLDER             has no effect: groups are the same for every API`,
  keys: `npm run keys -- create SUBJECT | list | revoke PREFIX [options]

Creates, lists and revokes API keys in the API's apiKeys service, with a stage's settings.

  --scopes A,B             the new key's scopes
  --days N                 how many days the new key is valid; default: the key does not expire
${STAGE}
${API}`,
  "build lambda": `npx lambda-express-api build lambda [OUT] [options]

Bundles the API for Lambda into the folder OUT; default: dist/lambda.

  --architecture NAME      arm64 or x64; default: arm64
${API}`,
  "build container": `npx lambda-express-api build container [OUT] [options]

Bundles the API for the container into the folder OUT; default: dist/container.

${API}`,
  doctor: `npm run doctor -- [options]

Checks whether a stage is ready to deploy, and prints how to fix each problem.

${STAGE}
  --offline                does not call AWS, the identity provider or DNS
${API}`,
  "check-node": `npx lambda-express-api check-node

Fails if Node is too old for the project.`,
  "code-delivery": `npx lambda-express-api code-delivery [options]

Prints a stage's CODE_DELIVERY setting and the path of the health check, for .ci/deploy.

${STAGE}
${API}`,
  platform: `npx lambda-express-api platform

Unpacks SST's components into .sst, so that tests can load them.`,
  cost: `npm run cost -- [options]

Estimates the monthly cost, item by item.

  --requests N             requests per month; default: 1e6
  --ms N                   the Lambda function's duration per request in milliseconds, at most 29000;
                           default: as measured in the kit's benchmark
  --memory N               the Lambda function's memory in MB, from 128 to 10240; default: 512
  --cold-percent N         the percentage of requests that cause a cold start; default: 1
  --init-ms N              the duration of a cold start in milliseconds; default: 200
  --log-bytes N            the log's size per request in bytes; default: 1200
  --response-bytes N       the size of a response in bytes; default: 1000
  --metrics N              the number of custom metrics in CloudWatch; default: 0
  --domain                 includes a hosted zone
  --compare                compares on-demand Lambda, provisioned concurrency and Fargate
  --instances N            with --compare, how many instances run all the time; default: 1`,
  update: `npm run update -- [FOLDER]

Updates the kit's packages to the newest version in the registry, or to the archives in FOLDER, and lists the edits
that you have to make.`,
  release: `npm run release -- --stage NAME [options]

Deploys new code to a stage without changing its infrastructure. CodeDeploy shifts traffic to the new version, and back if
an alarm fires.

${RELEASE_STAGE}
  --shift HOW              AllAtOnce, Canary10Percent5Minutes or another traffic shift; default: the stage's TRAFFIC_SHIFT
  --ignore-alarms          releases even while an alarm is active, to fix its cause
  --dry-run                prints what a release would do without doing it
${API}`,
  rollback: `npm run rollback -- --stage NAME [options]

Shifts a stage's traffic back to the previous version, or to the version given with --to.

${RELEASE_STAGE}
  --to VERSION             the number of the version to roll back to
${API}`,
} as const;
