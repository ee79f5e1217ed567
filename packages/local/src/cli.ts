#!/usr/bin/env node
// `lambda-express-api COMMAND` runs a command of a project. It checks Node's version before it imports anything, because an
// older Node cannot read the other files.

const OLDEST_NODE = 24;

const [major = ""] = process.versions.node.split(".");
if (Number(major) < OLDEST_NODE) {
  console.error(
    `lambda-express-api requires Node ${OLDEST_NODE} or later, but this is Node ${process.versions.node}; install it from https://nodejs.org or with your version manager.`,
  );
  process.exitCode = 1;
} else {
  const { enableCompileCache } = await import("node:module");
  // Before the modules that it is for.
  enableCompileCache();
  const { runCommand } = await import("./commands.ts");
  await runCommand(process.argv.slice(2));
}
