/** Something that has to have happened by its time. */
interface Deadline {
  readonly dueAt: number;
  readonly onPassed: () => void;
}

export interface Deadlines {
  /** @returns what ends the deadline: then it never passes. */
  start(milliseconds: number, onPassed: () => void): () => void;
}

/**
 * Keeps the deadlines of requests with one timer, which is set for the next of them: a timer for each request would cost
 * more than to find its route. It keeps the process alive only while a deadline waits.
 *
 * @param now a clock that nobody sets, in milliseconds.
 */
export function createDeadlines(now: () => number = () => process.uptime() * 1000): Deadlines {
  const waiting = new Set<Deadline>();
  let timer: NodeJS.Timeout | undefined;
  let timerDueAt = 0;

  function setTimer(dueAt: number): void {
    clearTimeout(timer);
    timerDueAt = dueAt;
    timer = setTimeout(pass, Math.max(1, dueAt - now()));
  }

  function pass(): void {
    timer = undefined;
    // By the time that the timer was set for, and not by the clock: a timer is not exact.
    const passed = [...waiting].filter(({ dueAt }) => dueAt <= timerDueAt);
    for (const deadline of passed) waiting.delete(deadline);
    if (waiting.size > 0) setTimer(Math.min(...[...waiting].map(({ dueAt }) => dueAt)));
    for (const { onPassed } of passed) onPassed();
  }

  return {
    start(milliseconds, onPassed) {
      const deadline = { dueAt: now() + milliseconds, onPassed };
      waiting.add(deadline);
      if (!timer || deadline.dueAt < timerDueAt) setTimer(deadline.dueAt);
      else if (waiting.size === 1) timer.ref();
      return () => {
        waiting.delete(deadline);
        if (waiting.size === 0) timer?.unref();
      };
    },
  };
}
