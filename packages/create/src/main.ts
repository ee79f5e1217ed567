#!/usr/bin/env node
/** `npm run create -- ../my-api [--name my-api] [--identity firebase] [--delivery none] [--demo]`. */
import { CreateError, createProject } from "./create-project.ts";
import { readOptions } from "./options.ts";

try {
  const options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  const { folder, isInstalled } = await createProject(options, (line) => console.log(line));
  const steps = isInstalled ? ["npm start"] : ["npm install", "npm run generate", "npm start"];
  console.log(`\n${options.name} is in ${folder}. Next:\n\n  cd ${folder}\n  ${steps.join("\n  ")}\n`);
} catch (error) {
  console.error(error instanceof CreateError ? error.message : error);
  process.exitCode = 1;
}
