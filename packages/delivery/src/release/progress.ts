/** Prints progress: a changing line on a terminal, permanent lines in a log. */

export interface Progress {
  begin(step: string): void;
  end(step: string, words: string): void;
  /** Prints a separate line. */
  say(line: string): void;
}

const STEP_WIDTH = 9;
/** ECMA-48: return to the start of the line and erase it. */
const ERASE_LINE = "\r\x1b[K";

export function createProgress(write: (text: string) => void, isTerminal: boolean): Progress {
  let isOpen = false;
  function line(text: string): void {
    write(`${isOpen ? ERASE_LINE : ""}${text}\n`);
    isOpen = false;
  }
  return {
    begin(step) {
      if (!isTerminal) return;
      write(`${isOpen ? ERASE_LINE : ""}… ${step}`);
      isOpen = true;
    },
    end: (step, words) => line(`${isTerminal ? "✓ " : ""}${step.padEnd(STEP_WIDTH)}${words}`),
    say: line,
  };
}
