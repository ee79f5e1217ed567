/**
 * The header `Idempotency-Key`: a repeated request gets the response of the first one, and nothing is done
 * twice. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
import { createHash, randomUUID } from "node:crypto";
import type { Request } from "express";
import type { ErrorCodes } from "../api.ts";
import { ApiError, type ApiErrorOptions } from "../errors/api-error.ts";
import { callerOf } from "../limits/caller-of.ts";
import { requestContext } from "../request/request-context.ts";
import type { Route, RouteReply } from "../route/define-route.ts";
import type { Claim, HeldKey, SharedStore } from "../shared-store/shared-store.ts";

export const IDEMPOTENCY_KEY_HEADER = "idempotency-key";

/** Marks a repeated response. */
const REPLAYED = { "idempotent-replayed": "true" };

const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;
/** The draft requires a quoted string; most clients send it without quotes. */
const KEY = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/;

/** What a request sent besides its path. Reusing a key with another body is a mistake. */
export interface Payload {
  readonly query: unknown;
  readonly body: unknown;
}

type Outcome = { readonly reply: RouteReply } | { readonly thrown: unknown };

export interface Asked {
  readonly route: Pick<Route, "idempotency">;
  readonly request: Request;
  readonly payload: Payload;
  /** The API's error codes, which give thrown errors a status. */
  readonly errors: ErrorCodes;
}

/**
 * Responds to a request with the result of `run`, or with the response that the same request got before.
 *
 * Keys belong to one caller, method and path. Responses below 500, including thrown ones, are kept for 24
 * hours. While the first request runs, others are refused; if its process dies, the key stays taken until its
 * deadline.
 *
 * @throws ApiError 002400 (no key), 001400 (malformed), 001409 (still running), 001422 (another payload) or
 *   001503 (the store fails, and `run` was not called); and whatever `run` throws or threw.
 */
export async function answerOnce(
  { route, request, payload, errors }: Asked,
  run: () => Promise<RouteReply>,
): Promise<RouteReply> {
  const given = keyOf(request);
  if (given === undefined) {
    if (route.idempotency === "required") throw withoutKey();
    return run();
  }
  const { log, services, received } = requestContext(request);
  const key = digest([callerOf(request), request.method, request.baseUrl + request.path, given]);
  const fingerprint = digest(await plain([payload.query, payload.body]));
  const claim = { token: randomUUID(), fingerprint, deadline: Date.now() + received.timeoutMilliseconds };
  const { store, holder } = await take(services.sharedStore as Promise<SharedStore> | undefined, key, claim);
  if (holder && holder.fingerprint !== fingerprint)
    throw new ApiError("001422", { reason: "The idempotency key was used with another query or body" });
  if (holder && holder.answer === undefined)
    throw new ApiError("001409", { reason: "The first request with this idempotency key still runs" });
  if (holder?.answer !== undefined) return repeat(holder.answer);

  const outcome = await run().then(
    (reply): Outcome => ({ reply }),
    (thrown: unknown): Outcome => ({ thrown }),
  );
  try {
    if (statusOf(outcome, errors) >= 500) await store.release(key, claim.token);
    else if (!(await store.keep(key, claim.token, write(outcome), Date.now() + KEPT_MILLISECONDS)))
      log.warn("a response came after its deadline, and another request has its idempotency key");
  } catch (error) {
    // The work is done and its caller gets the response. Until the deadline the key is refused, as while it
    // ran.
    log.error("a response cannot be stored for its idempotency key", { error });
  }
  if ("thrown" in outcome) throw outcome.thrown;
  return outcome.reply;
}

function keyOf({ headers }: Request): string | undefined {
  const given = headers[IDEMPOTENCY_KEY_HEADER];
  if (given === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(String(given)) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  const message = "must be up to 255 visible ASCII characters, such as a UUID";
  throw new ApiError("001400", {
    reason: `The header ${IDEMPOTENCY_KEY_HEADER} ${message}`,
    fields: [{ in: "header", name: IDEMPOTENCY_KEY_HEADER, message }],
  });
}

function withoutKey(): ApiError {
  return new ApiError("002400", {
    reason: `Send the header ${IDEMPOTENCY_KEY_HEADER}, with a new UUID for each operation`,
    fields: [{ in: "header", name: IDEMPOTENCY_KEY_HEADER, message: "is required" }],
  });
}

async function take(
  service: Promise<SharedStore> | undefined,
  key: string,
  claim: Claim,
): Promise<{ readonly store: SharedStore; readonly holder: HeldKey | undefined }> {
  if (!service) throw new TypeError("An endpoint has idempotency, and the API has no service sharedStore");
  const store = await service;
  try {
    return { store, holder: await store.take(key, claim) };
  } catch (cause) {
    throw new ApiError("001503", { reason: "Idempotency keys cannot be looked up; try again later", cause });
  }
}

function statusOf(outcome: Outcome, errors: ErrorCodes): number {
  if ("reply" in outcome) return outcome.reply.status;
  const { thrown } = outcome;
  return thrown instanceof ApiError ? (thrown.status ?? errors[thrown.code]?.status ?? 500) : 500;
}

/** The stored form of an outcome, as JSON. */
type Kept =
  | {
      readonly reply: Omit<RouteReply, "body">;
      readonly json?: unknown;
      readonly base64?: string;
    }
  | { readonly code: string; readonly error: Omit<ApiErrorOptions, "cause"> };

function write(outcome: Outcome): string {
  return JSON.stringify(keptOf(outcome));
}

function keptOf(outcome: Outcome): Kept {
  if ("reply" in outcome) {
    const { body, ...reply } = outcome.reply;
    return body instanceof Uint8Array
      ? { reply, base64: Buffer.from(body).toString("base64") }
      : { reply, json: body };
  }
  const { code, reason, status, fields, headers } = outcome.thrown as ApiError;
  return { code, error: { reason, headers, ...(status && { status }), ...(fields && { fields }) } };
}

/** @throws ApiError the stored one. */
function repeat(answer: string): RouteReply {
  const kept: Kept = JSON.parse(answer);
  if ("error" in kept) {
    const { code, error } = kept;
    throw new ApiError(code, { ...error, headers: { ...error.headers, ...REPLAYED } });
  }
  const { reply, json, base64 } = kept;
  const body = base64 === undefined ? json : Buffer.from(base64, "base64");
  return { ...reply, body, headers: { ...reply.headers, ...REPLAYED } };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}

/** Equal values become equal text: fields in alphabetical order, bytes and files by their content. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (value instanceof File)
    return { file: value.name, type: value.type, bytes: await plain(await value.bytes()) };
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(fields.map(async ([name, field]) => [name, await plain(field)]));
}
