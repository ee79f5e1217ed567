// What `npm start` and `npm run demo` have in common: an exit code, and a sentence in place of a stack trace.

import { ApiFolderError } from "@lambda-express-api/build/api-folder.ts";

/** A failure that its message explains in full to the person at the terminal. */
export class PlainError extends Error {}

/** Runs a command to its exit code. Only an unexpected failure comes with its stack. */
export async function exitCodeOf(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof PlainError || error instanceof ApiFolderError)) throw error;
    console.error(error.message);
    return 1;
  }
}
