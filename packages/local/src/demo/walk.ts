// Runs a demo against a base URL: makes each call, prints it as a curl command with its answer, and checks the answer.

import type { DemoStep } from "@lambda-express-api/kit";
import { PlainError } from "../command.ts";
import { type Credentials, curl, curlForToken } from "../curl.ts";

export type DemoCallers = Readonly<Record<string, Credentials>>;

export interface DemoOptions {
  readonly steps: readonly DemoStep[];
  readonly callers: DemoCallers;
  /** The path of the token endpoint, if the API has one. */
  readonly tokenPath: string | undefined;
  /** Tokens by caller name. A caller with a token does not sign in. One of `tokens` and `tokenPath` is required. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly print: (text: string) => void;
}

export interface DemoRow {
  readonly step: string;
  readonly expected: string;
  readonly got: string;
  /** What is wrong with the answer; undefined if nothing is. */
  readonly difference: string | undefined;
  /** The variable to set so that the call can be made. */
  readonly leftOut?: string;
}

const stranger: Credentials = { email: "does.not.exist@example.com", password: "not-secret" };

/** Whether the step works against any deployment. */
export function needsNoAccount({ bearer, credentials = "stranger" }: DemoStep): boolean {
  return bearer === undefined && credentials === "stranger";
}

/**
 * Makes the calls of a demo in order.
 *
 * @throws PlainError if the base URL does not answer, a step names an unknown caller, or a step needs a token that the
 * API cannot issue.
 */
export async function walkDemo(
  baseUrl: string,
  { steps, callers, tokenPath, tokens: given = {}, print }: DemoOptions,
): Promise<readonly DemoRow[]> {
  const base = baseUrl.replace(/\/+$/, "");
  const tokens = new Map<string, string>();
  const rows: DemoRow[] = [];

  for (const step of steps) {
    const { area, verdict, method, path, bearer, json } = step;
    const credentials = step.credentials && credentialsOf(step.credentials, { stranger, ...callers });
    const name = `${area} [${verdict}] ${method} ${path}`;
    print(`\n${area} [${verdict}]`);

    if (bearer && !tokens.has(bearer) && Object.hasOwn(given, bearer)) {
      print(`$ ${variable(bearer)}="$${tokenVariable(bearer)}"`);
      tokens.set(bearer, String(given[bearer]));
    }
    if (bearer && !tokens.has(bearer) && tokenPath === undefined && Object.keys(given).length > 0) {
      const leftOut = `set ${tokenVariable(bearer)}`;
      print(`skipped: ${leftOut}`);
      rows.push({ step: name, expected: String(step.status), got: "-", difference: undefined, leftOut });
      continue;
    }
    if (bearer && !tokens.has(bearer)) {
      const tokenUrl = base + tokenPathFor(bearer, tokenPath);
      const caller = credentialsOf(bearer, callers);
      print(`$ ${variable(bearer)}="${curlForToken(tokenUrl, caller)}"`);
      tokens.set(bearer, await signIn(tokenUrl, caller));
    }
    const request = { url: base + path, method, json, ...(credentials && { credentials }) };
    print(`$ ${curl({ ...request, bearer: bearer && `$${variable(bearer)}` })}`);
    const answer = await call({ ...request, token: bearer && tokens.get(bearer) });
    print(`${answer.status}\n${pretty(answer.body)}`);

    rows.push({
      step: name,
      expected: String(step.status),
      got: String(answer.status),
      difference: differenceOf(step, answer),
    });
  }
  return rows;
}

function credentialsOf(name: string, callers: DemoCallers): Credentials {
  const caller = Object.hasOwn(callers, name) ? callers[name] : undefined;
  if (caller) return caller;
  throw new PlainError(
    `The demo uses the unknown caller "${name}"; use one from src/local.ts: ${Object.keys(callers).join(", ")}.`,
  );
}

function tokenPathFor(caller: string, tokenPath: string | undefined): string {
  if (tokenPath !== undefined) return tokenPath;
  throw new PlainError(
    `The demo needs a token for "${caller}", but this API does not have a token endpoint (role "token"); set ${tokenVariable(caller)} to that caller's token, or use --anonymous to send only the requests that do not need an account.`,
  );
}

export function table(rows: readonly DemoRow[]): string {
  const cells = rows.map(({ step, expected, got, difference, leftOut }) => [
    step,
    expected,
    got,
    leftOut !== undefined
      ? `skipped: ${leftOut}`
      : difference === undefined
        ? "as expected"
        : `DIFFERS: ${difference}`,
  ]);
  const width = Math.max(...rows.map(({ step }) => step.length));
  return [["step", "expected", "got", "verdict"], ...cells]
    .map(([step = "", expected = "", got = "", verdict = ""]) =>
      [step.padEnd(width), expected.padEnd(8), got.padEnd(3), verdict].join("  "),
    )
    .join("\n");
}

interface Answer {
  readonly status: number;
  /** The parsed JSON, or the text if it is not JSON. */
  readonly body: unknown;
}

interface Call {
  readonly url: string;
  readonly method: DemoStep["method"];
  readonly credentials?: Credentials | undefined;
  readonly json?: unknown;
  readonly token?: string | undefined;
}

/** Longer than a gateway's time limit. */
const ANSWER_TIMEOUT_MS = 31_000;

async function call({ url, method, credentials, json, token }: Call): Promise<Answer> {
  const body = credentials ? formOf(credentials) : json === undefined ? undefined : JSON.stringify(json);
  const request = {
    method,
    ...(body !== undefined && { body }),
    headers: {
      ...(typeof body === "string" && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  };
  try {
    const response = await fetch(url, request);
    return { status: response.status, body: jsonOrText(await response.text()) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new PlainError(
      `Nothing responds at ${url} (${cause?.code ?? cause?.message ?? message}). Start the API with npm start, or use another URL with --url BASE.`,
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

/** The demo continues without a token: the calls that need it are refused. */
async function signIn(url: string, credentials: Credentials): Promise<string> {
  const { body } = await call({ url, method: "POST", credentials });
  return String((body as { access_token?: unknown } | null)?.access_token);
}

function differenceOf(step: DemoStep, { status, body }: Answer): string | undefined {
  if (status !== step.status) return `the status is ${status}`;
  const untrue = Object.entries(step.body(body)).filter(([, isTrue]) => !isTrue);
  return untrue.length === 0 ? undefined : `not true: ${untrue.map(([sentence]) => sentence).join("; ")}`;
}

/** `SHOP_OWNER_TOKEN` for `shop-owner`. */
function variable(caller: string): string {
  return `${shellName(caller)}_TOKEN`;
}

/** The environment variable with a caller's token: `DEMO_USER_TOKEN`. */
export function tokenVariable(caller: string): string {
  return `DEMO_${variable(caller)}`;
}

/** A caller's name as part of a shell variable. */
export function shellName(caller: string): string {
  return caller.replaceAll(/\W/g, "_").toUpperCase();
}

/** Shortens tokens, which are long and secret. */
function pretty(body: unknown): string {
  if (typeof body === "string") return body;
  const isTokenLike = (value: unknown) => typeof value === "string" && /^[\w.=+/-]{60,}$/.test(value);
  return JSON.stringify(body, (_name, value) => (isTokenLike(value) ? `${value.slice(0, 12)}…` : value), 2);
}
