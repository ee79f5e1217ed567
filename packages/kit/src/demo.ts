/** One call of a demo, and what must be answered to it. The demo is a list of them; a program walks it. */
export interface DemoStep {
  readonly area: string;
  readonly verdict: "ALLOW" | "DENY";
  readonly method: "GET" | "POST";
  /** Of one of the API's endpoints. */
  readonly path: string;
  /** Whose e-mail and password go into the form. */
  readonly credentials?: DemoCaller;
  /** Whose token goes into the header. */
  readonly bearer?: Exclude<DemoCaller, "stranger">;
  readonly status: number;
  /** What the body must be, as sentences and whether each is true of it. */
  body(body: unknown): Record<string, boolean>;
}

/** A stranger has no account. */
export type DemoCaller = "user" | "admin" | "stranger";
