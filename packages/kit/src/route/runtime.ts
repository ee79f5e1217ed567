import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler } from "express";
import type { Principal } from "../auth/principal.ts";
import type { BodyTimeouts } from "../request/body-timeouts.ts";
import type { ApiFacts } from "./define-route.ts";

/** The differences between Lambda and the container, and nothing else. */
export interface Runtime {
  /** The runtime's facts about a request, before the app has read it. */
  receive(request: Request): ReceivedRequest;
  /** For every response. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether this instance is about to stop, which the health endpoint reports. */
  readonly isStopping?: () => boolean;
  /** How long a body may take. Without it, bodies come all at once. */
  readonly bodyTimeouts?: BodyTimeouts;
  /** The limit for a response that is sent all at once. Without it, streams are sent as they are made. */
  readonly maxAnswerBytes?: number;
  /** Does the work of a gateway in front of the app: runs on every request, before the owner's middleware. */
  middleware(api: ApiFacts): readonly RequestHandler[];
  /**
   * The caller, by their verified token.
   *
   * @throws ApiError 001401, or 001503 when the issuer's signing keys are unavailable.
   */
  authenticate(request: IncomingMessage): Principal | Promise<Principal>;
  /** The AWS caller whose signature a gateway has verified, if any. */
  awsCaller?(request: IncomingMessage): Promise<Principal | undefined>;
}

/** The runtime's facts about a request. */
export interface ReceivedRequest {
  /** The infrastructure's id of the request, if it has one. */
  readonly requestId: string | undefined;
  /** Lambda's id of the invocation, in Lambda. */
  readonly lambdaRequestId: string | undefined;
  /** How long the app may take to respond. */
  readonly timeoutMilliseconds: number;
  /** The public path of this API's root: `""`, or a path without a trailing slash. */
  readonly basePath: string;
  /** The origin that the caller has reached: `https://api.example.com`, `http://localhost:3000`. */
  readonly origin: string;
}
