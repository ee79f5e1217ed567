#!/usr/bin/env node
// Checks Node's version before it loads the program, which an older Node cannot read. This file must run on any version.

import { existsSync } from "node:fs";

const OLDEST_NODE = 24;

const { node } = process.versions;
if (Number(node.split(".")[0]) < OLDEST_NODE) {
  console.error(
    `create-lambda-express-api requires Node ${OLDEST_NODE} or later, but this is Node ${node}; install it from https://nodejs.org or with your version manager.`,
  );
  process.exitCode = 1;
} else {
  // JavaScript in the published package, TypeScript in this repository.
  const published = new URL("dist/main.js", import.meta.url);
  await import(existsSync(published) ? published.href : new URL("src/main.ts", import.meta.url).href);
}
