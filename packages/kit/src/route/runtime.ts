import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler } from "express";
import type { Principal } from "../auth/principal.ts";
import type { BodyTimeouts } from "../request/body-timeouts.ts";
import type { ApiFacts } from "./define-route.ts";

/** What Lambda and the container do differently, and nothing else. */
export interface Runtime {
  /** Says what is known of a request before the app has looked at it. */
  receive(request: Request): ReceivedRequest;
  /** Of every answer. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether this instance is about to stop, which the health endpoint tells. */
  readonly isStopping?: () => boolean;
  /** How long a body may take. Where there is none, bodies come all at once. */
  readonly bodyTimeouts?: BodyTimeouts;
  /** What an answer may have where it goes out all at once. Elsewhere streams are sent as they are made. */
  readonly maxAnswerBytes?: number;
  /** What a gateway in front of the app would have done: runs on every request, before the owner's middleware. */
  middleware(api: ApiFacts): readonly RequestHandler[];
  /**
   * The caller, by its verified token.
   *
   * @throws ApiError 001401, or 001503 when the issuer's signing keys are unavailable.
   */
  authenticate(request: IncomingMessage): Principal | Promise<Principal>;
  /** The AWS caller whose signature a gateway has verified, if one has. */
  awsCaller?(request: IncomingMessage): Promise<Principal | undefined>;
}

/** What the runtime knows of a request. */
export interface ReceivedRequest {
  /** The id that the infrastructure has given the request, if it has. */
  readonly requestId: string | undefined;
  /** The id that Lambda has given the invocation, where this is Lambda. */
  readonly lambdaRequestId: string | undefined;
  /** How long the app may take before it must answer. */
  readonly timeoutMilliseconds: number;
  /** Where the outside sees this API's root: `""`, or a path without a slash at its end. */
  readonly basePath: string;
  /** The origin that the caller has reached: `https://api.example.com`, `http://localhost:3000`. */
  readonly origin: string;
}
