/** One call of a demo, with the expected response. A demo is a list of calls, run in order. */
import type { Method } from "./route/define-route.ts";

export interface DemoStep {
  readonly area: string;
  readonly verdict: "ALLOW" | "DENY";
  readonly method: Method;
  /** One of the API's endpoints. */
  readonly path: string;
  /**
   * Whose e-mail and password go into the form: a caller of `src/local.ts`, or `stranger`, who has no
   * account.
   */
  readonly credentials?: string;
  /** Whose token goes into the header: a caller of `src/local.ts`. */
  readonly bearer?: string;
  /** Sent as JSON, if there are no credentials. */
  readonly json?: unknown;
  readonly status: number;
  /** Checks of the body: each sentence, and whether it is true. */
  body(body: unknown): Record<string, boolean>;
}
