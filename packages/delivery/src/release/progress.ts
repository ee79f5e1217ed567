/** Tells how far it is: a line that changes on a terminal, and in a log only lines that stay. */

export interface Progress {
  begin(step: string): void;
  end(step: string, words: string): void;
  /** A line of its own. */
  say(line: string): void;
}

const STEP_WIDTH = 9;
/** ECMA-48: back to the start of the line, and erase it. */
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
