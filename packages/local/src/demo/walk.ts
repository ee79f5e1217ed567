// Walks the demo against any base URL: makes each call, shows it as a curl line with its answer, and compares.

import { PlainError } from "../command.ts";
import { type Credentials, curl, curlForToken } from "../curl.ts";
import { type DemoCallers, type DemoStep, demoSteps, stranger } from "./steps.ts";

export interface DemoRow {
  step: string;
  expected: string;
  got: string;
  /** What of the answer is not as it must be; undefined if all is. */
  difference: string | undefined;
}

/** Rejects, with a sentence, only if the base URL does not answer at all. */
export async function walkDemo(
  baseUrl: string,
  callers: DemoCallers,
  print: (text: string) => void,
  steps: readonly DemoStep[] = demoSteps,
): Promise<DemoRow[]> {
  const base = baseUrl.replace(/\/+$/, "");
  const tokens = new Map<keyof DemoCallers, string>();
  const rows: DemoRow[] = [];

  for (const step of steps) {
    const { area, verdict, method, path, bearer } = step;
    const credentials = step.credentials && { stranger, ...callers }[step.credentials];
    print(`\n${area} [${verdict}]`);

    if (bearer && !tokens.has(bearer)) {
      print(`$ ${variable(bearer)}="${curlForToken(base, callers[bearer])}"`);
      tokens.set(bearer, await signIn(base, callers[bearer]));
    }
    print(`$ ${curl({ url: base + path, credentials, bearer: bearer && `$${variable(bearer)}` })}`);
    const answer = await call({ url: base + path, method, credentials, token: bearer && tokens.get(bearer) });
    print(`${answer.status}\n${pretty(answer.body)}`);

    rows.push({
      step: `${area} [${verdict}] ${method} ${path}`,
      expected: String(step.status),
      got: String(answer.status),
      difference: differenceOf(step, answer),
    });
  }
  return rows;
}

export function table(rows: DemoRow[]): string {
  const cells = rows.map(({ step, expected, got, difference }) => [
    step,
    expected,
    got,
    difference === undefined ? "as expected" : `DIFFERS: ${difference}`,
  ]);
  const width = Math.max(...rows.map(({ step }) => step.length));
  return [["step", "expected", "got", "verdict"], ...cells]
    .map(([step = "", expected = "", got = "", verdict = ""]) =>
      [step.padEnd(width), expected.padEnd(8), got.padEnd(3), verdict].join("  "),
    )
    .join("\n");
}

interface Answer {
  status: number;
  /** Parsed if it is JSON, else the text. */
  body: unknown;
}

/** Longer than the longest answer of a gateway. */
const ANSWER_TIMEOUT_MS = 31_000;

async function call({
  url,
  method,
  credentials,
  token,
}: {
  url: string;
  method: "GET" | "POST";
  credentials?: Credentials | undefined;
  token?: string | undefined;
}): Promise<Answer> {
  const request = {
    method,
    ...(credentials && { body: formOf(credentials) }),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  };
  try {
    const response = await fetch(url, request);
    return { status: response.status, body: jsonOrText(await response.text()) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new PlainError(
      `Nothing answers at ${url} (${cause?.code ?? cause?.message ?? message}). Is it running? npm start runs it, and --url BASE names another.`,
    );
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function formOf({ email, password }: Credentials): FormData {
  const form = new FormData();
  form.set("username", email);
  form.set("password", password);
  return form;
}

/** Without a token there is nothing to stop for: the calls that need it will be answered with a refusal. */
async function signIn(base: string, credentials: Credentials): Promise<string> {
  const { body } = await call({ url: `${base}/v1/auth/token`, method: "POST", credentials });
  return String((body as { access_token?: unknown } | null)?.access_token);
}

function differenceOf(step: DemoStep, { status, body }: Answer): string | undefined {
  if (status !== step.status) return `the status is ${status}`;
  const untrue = Object.entries(step.body(body)).filter(([, isTrue]) => !isTrue);
  return untrue.length === 0 ? undefined : `not so: ${untrue.map(([sentence]) => sentence).join("; ")}`;
}

function variable(caller: keyof DemoCallers): string {
  return `${caller.toUpperCase()}_TOKEN`;
}

/** Tokens are long and are nobody's to read over a shoulder. */
function pretty(body: unknown): string {
  if (typeof body === "string") return body;
  const isTokenLike = (value: unknown) => typeof value === "string" && /^[\w.=+/-]{60,}$/.test(value);
  return JSON.stringify(body, (_name, value) => (isTokenLike(value) ? `${value.slice(0, 12)}…` : value), 2);
}
