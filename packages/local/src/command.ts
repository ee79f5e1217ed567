// Runs a command: it sets the exit code and prints a message instead of a stack trace.

import { ApiFolderError } from "@lambda-express-api/build/api-folder.ts";

/** An expected failure. Its message is all that the terminal shows. */
export class PlainError extends Error {}

/** Runs a command and sets the exit code. Only an unexpected failure prints its stack. */
export async function exitCodeOf(
  command: () => Promise<number>,
  print: (message: string) => void = console.error,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof PlainError || error instanceof ApiFolderError)) throw error;
    print(error.message);
    return 1;
  }
}
