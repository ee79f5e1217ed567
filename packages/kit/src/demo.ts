/** One call of a demo, and what must be answered to it. The demo is a list of them; a program walks it. */
import type { Method } from "./route/define-route.ts";

export interface DemoStep {
  readonly area: string;
  readonly verdict: "ALLOW" | "DENY";
  readonly method: Method;
  /** Of one of the API's endpoints. */
  readonly path: string;
  /** Whose e-mail and password go into the form: a caller of `src/local.ts`, or `stranger`, who has no account. */
  readonly credentials?: string;
  /** Whose token goes into the header: a caller of `src/local.ts`. */
  readonly bearer?: string;
  /** Sent as JSON, where there are no credentials. */
  readonly json?: unknown;
  readonly status: number;
  /** What the body must be, as sentences and whether each is true of it. */
  body(body: unknown): Record<string, boolean>;
}
