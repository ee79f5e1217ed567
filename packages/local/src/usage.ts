/** What `--help` prints for each command of a project. */

const API = "  --api FOLDER             the folder of the API; default: the current folder";
const STAGE = "  --stage NAME             the stage, whose settings are in .env.NAME; default: dev";

const START_OPTIONS = `  --port N                 the port; default: PORT, or 3000; with 0, any free port
  --runtime NAME           lambda (behind a local API Gateway) or containerized; default: lambda
  --identity NAME          the identity provider to imitate: firebase, cognito, auth0, oidc or
                           firebase-emulator; default: IDENTITY_PROVIDER, or firebase
  --verbose                prints the whole log instead of one line per request
${API}`;

const RELEASE_STAGE = "  --stage NAME             required; its settings are in .env.NAME";

export const USAGE = {
  start: `npm start -- [options]

Runs the API and a local identity provider until you press Ctrl-C.

${START_OPTIONS}
  --reload                 reloads the API when you save a file in src`,
  dev: `npm run dev -- [options]

Runs the API as npm start does, and reloads it when you save a file.

${START_OPTIONS}
  --reload                 always on`,
  demo: `npm run demo -- [options]

Sends the requests of src/demo.ts to the API that npm start runs, and checks the responses.

  --url BASE               sends the requests to a deployment at this URL instead
  --stage NAME             the deployment's stage, whose settings define which endpoints are enabled
  --anonymous              sends only the requests that do not need an account
${API}`,
  new: `npm run new -- METHOD PATH --access RULE [options]

Writes an endpoint and its test: npm run new -- GET /v1/orders/{orderId} --access groups:STAFF

  --access RULE            public, signed-in, groups:A,B or scopes:a,b
  --name NAME              the operation ID, for example getOrder; default: a name from the method and the path
  --no-test                does not write a test, for endpoints that share a test file
${API}`,
  generate: `npm run generate -- [options]

Writes the list of routes, the pages in docs, and the types of a client, client/paths.d.ts, from the API's sources.

  --check                  does not write files, and fails if a file is out of date
  --docs FOLDER            the folder of the pages; default: docs
${API}`,
  contract: `npm run contract -- [options]

Fails if a change to docs/openapi.json breaks callers, unless contract-changes.md declares the change.

  --base REF               the commit to compare with; default: the merge base with the remote's default branch, or the
                           last tag
  --docs FOLDER            the folder of the pages; default: docs
${API}`,
  logs: `npm run logs -- ID [options]

Prints the log lines that contain the ID of a request, an invocation or a trace, from the local stack or a stage.

  --stage NAME             searches CloudWatch, with the settings of .env.NAME
  --hours N                how many hours to search; default: 24
  --port N                 the local API's port; default: PORT, or 3000
${API}`,
  groups: `npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [options]

Shows and changes an account's groups in the identity provider of a stage.

${STAGE}
  --api FOLDER             has no effect: groups are the same for every API`,
  keys: `npm run keys -- create SUBJECT | list | revoke PREFIX [options]

Creates, lists and revokes API keys in the API's service apiKeys, with the settings of a stage.

  --scopes A,B             the scopes of a new key
  --days N                 the days until a new key expires; default: the key does not expire
${STAGE}
${API}`,
  "build lambda": `npx lambda-express-api build lambda [OUT] [options]

Builds the folder of the Lambda function; OUT is dist/lambda by default.

  --architecture NAME      arm64 or x64; default: arm64
${API}`,
  "build container": `npx lambda-express-api build container [OUT] [options]

Builds the folder of the container; OUT is dist/container by default.

${API}`,
  doctor: `npm run doctor -- [options]

Checks the requirements of a deployment, and prints how to fix each problem.

${STAGE}
  --offline                does not call AWS, the identity provider or DNS
${API}`,
  "check-node": `npx lambda-express-api check-node

Fails if Node is too old for the project.`,
  "code-delivery": `npx lambda-express-api code-delivery [options]

Prints how code reaches a stage (CODE_DELIVERY), and the path of the API's health check, for .ci/deploy.

${STAGE}
${API}`,
  platform: `npx lambda-express-api platform

Unpacks SST's components into .sst, for tests of the deployment.`,
  cost: `npm run cost -- [options]

Calculates what a month costs, item by item.

  --requests N             requests a month; default: 1e6
  --ms N                   the function's duration per request, at most 29000; default: as measured
  --memory N               the function's memory in megabytes, 128 to 10240; default: 512, as MEMORY_MEGABYTES
  --cold-percent N         percentage of requests that are cold starts; default: 1
  --init-ms N              the duration of a cold start in milliseconds; default: 200
  --log-bytes N            log bytes per request; default: 1200
  --response-bytes N       bytes per response; default: 1000
  --metrics N              custom metrics in CloudWatch; default: 0
  --domain                 adds a hosted zone
  --compare                compares on demand, provisioned concurrency and Fargate
  --instances N            with --compare, the instances of provisioned concurrency and Fargate that always run; default: 1`,
  update: `npm run update -- [FOLDER]

Updates the kit's packages to the newest version in the registry, or to the archives in FOLDER, and lists the edits
that you must make.`,
  release: `npm run release -- --stage NAME [options]

Releases code to a stage without changing its infrastructure. AWS moves callers to the new version, and back if an alarm fires.

${RELEASE_STAGE}
  --shift HOW              AllAtOnce, Canary10Percent5Minutes or another traffic shift; default: the stage's TRAFFIC_SHIFT
  --ignore-alarms          releases even while an alarm is active, to fix its cause
  --dry-run                prints what a release would do, and does nothing
${API}`,
  rollback: `npm run rollback -- --stage NAME [options]

Rolls a stage back to the previous version, or to the version that you name.

${RELEASE_STAGE}
  --to VERSION             the version number to roll back to
${API}`,
} as const;
