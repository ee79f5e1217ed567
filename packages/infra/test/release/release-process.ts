/** Run as a process of its own, to be killed: a release at the stand-in whose address is in its argument. */
import { connect } from "../../src/release/aws.ts";
import { createProgress } from "../../src/release/progress.ts";
import { release } from "../../src/release/release.ts";
import { STAGE, smallApi, writeFiles } from "./release-world.ts";
import { BUCKET, FUNCTION_NAME } from "./stand-in-aws.ts";

const { url, canary, ...start } = JSON.parse(process.argv[2] ?? "{}");
let time: number = start.time;
await release(
  { stage: STAGE, canary, dryRun: false },
  {
    aws: connect(FUNCTION_NAME, BUCKET, {
      endpoint: url,
      region: "eu-west-1",
      credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "not-secret" },
    }),
    progress: createProgress((text) => process.stdout.write(text), false),
    signal: new AbortController().signal,
    now: () => time,
    async wait(milliseconds) {
      time += milliseconds;
    },
    build: async (folder) => writeFiles(folder, smallApi("two")),
  },
);
