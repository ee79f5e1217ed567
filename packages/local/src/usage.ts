/** What `--help` prints for each command of a project. */

const API = "  --api FOLDER             the folder of the API; default: the one you are in";
const STAGE = "  --stage NAME             whose settings are in .env.NAME; default: dev";

const START_OPTIONS = `  --port N                 default: PORT, or 3000; 0 is any free port
  --runtime NAME           lambda (behind a local API Gateway) or containerized; default: lambda
  --identity NAME          firebase, cognito, auth0, oidc or firebase-emulator: whose answers the local
                           identity provider gives; default: IDENTITY_PROVIDER, or firebase
  --verbose                prints every line of the log, in place of one a request
${API}`;

const RELEASE_STAGE = "  --stage NAME             required; its settings are in .env.NAME";

export const USAGE = {
  start: `npm start -- [options]

Runs the API on your machine until Ctrl-C, with an identity provider in front of it.

${START_OPTIONS}
  --reload                 a save in src is in the next answer`,
  dev: `npm run dev -- [options]

Runs the API as npm start does, and reloads on save.

${START_OPTIONS}
  --reload                 is what this command adds to npm start`,
  demo: `npm run demo -- [options]

Walks src/demo.ts against the API that npm start runs, and compares the answers.

  --url BASE               against what is deployed there
  --anonymous              only the calls that need no account
${API}`,
  new: `npm run new -- METHOD PATH --access RULE [options]

Writes an endpoint and its test: npm run new -- GET /v1/orders/{orderId} --access groups:STAFF

  --access RULE            public, signed-in, groups:A,B or scopes:a,b
  --name NAME              of the operation, where it is not to follow from method and path: getOrder
  --no-test                leaves the test to a file that endpoints share
${API}`,
  generate: `npm run generate -- [options]

Writes the list of routes and the pages in docs, which follow from the sources of the API.

  --check                  writes nothing, and fails where a file is out of date
  --docs FOLDER            default: docs
${API}`,
  contract: `npm run contract -- [options]

Refuses a change of docs/openapi.json that breaks callers, unless contract-changes.md declares it.

  --base REF               the commit to compare with; default: the merge base with the remote's default branch, or the
                           last tag
  --docs FOLDER            default: docs
${API}`,
  logs: `npm run logs -- ID [options]

Prints the lines that have the id of a request, an invocation or a trace: of the local stack, or of a stage.

  --stage NAME             asks CloudWatch, with the settings of .env.NAME
  --hours N                how far back; default: 24
  --port N                 of the local API; default: PORT, or 3000
${API}`,
  groups: `npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [options]

Says and changes in which groups an account is, at the identity provider of a stage.

${STAGE}
  --api FOLDER             makes no difference: groups are the same for every API`,
  keys: `npm run keys -- create SUBJECT | list | revoke PREFIX [options]

Makes, lists and revokes the keys of machines, in the API's service apiKeys with the settings of a stage.

  --scopes A,B             of a new key
  --days N                 after which a new key expires; default: never
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

Says what is missing before a deployment, and what to do about it.

${STAGE}
  --offline                asks neither AWS nor the identity provider nor DNS
${API}`,
  "check-node": `npx lambda-express-api check-node

Fails where Node is too old for a project.`,
  platform: `npx lambda-express-api platform

Unpacks SST's components below .sst, which tests of the deployment need.`,
  cost: `npm run cost -- [options]

Says what a month costs, item by item.

  --requests N             a month; default: 1e6
  --ms N                   of the function, a request; default: as measured
  --memory N               megabytes of the function; default: the cheapest size that was measured
  --cold-percent N         of the requests meet an instance that has to start; default: 1
  --init-ms N              what the start of an instance takes; default: 200
  --log-bytes N            a request; default: 1200
  --answer-bytes N         default: 1000
  --metrics N              that the API has at CloudWatch; default: 0
  --domain                 adds a hosted zone
  --compare                the same load on demand, with provisioned concurrency, and on Fargate
  --instances N            that are always there, in the last two; default: 1`,
  update: `npm run update -- [FOLDER]

Brings the kit's packages to the newest version of the registry, or to that of the archives in FOLDER, and says what you
have to edit.`,
  release: `npm run release -- --stage NAME [options]

Brings code to a stage without its infrastructure. AWS moves callers to it, and back when an alarm goes off.

${RELEASE_STAGE}
  --shift HOW              AllAtOnce, Canary10Percent5Minutes or another of AWS's; default: the stage's TRAFFIC_SHIFT
  --ignore-alarms          for a repair, while an alarm is on
  --dry-run                says what it would do
${API}`,
  rollback: `npm run rollback -- --stage NAME [options]

Takes a stage back to the version before, or to the one that you name.

${RELEASE_STAGE}
  --to VERSION             the number of a version
${API}`,
} as const;
