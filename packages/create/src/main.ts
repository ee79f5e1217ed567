/** `npm run create -- ../my-api [--name my-api] [--identity firebase] [--delivery none] [--demo]`. */
import { CreateError, createProject } from "./create-project.ts";
import { type CreateOptions, readOptions, USAGE } from "./options.ts";

try {
  const options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options) await create(options);
  else console.log(USAGE);
} catch (error) {
  console.error(error instanceof CreateError ? error.message : error);
  process.exitCode = 1;
}

async function create(options: CreateOptions): Promise<void> {
  const { folder, isInstalled } = await createProject(options, (line) => console.log(line));
  const steps = isInstalled ? ["npm start"] : ["npm install", "npm run generate", "npm start"];
  console.log(
    `\n${options.name} is in ${folder}. Next, with Node.js 24 (.nvmrc):\n\n  cd ${shellWord(folder)}\n  ${steps.join("\n  ")}\n`,
  );
}

/** Quotes a word for a shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
