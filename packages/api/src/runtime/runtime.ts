import type { IncomingMessage } from "node:http";
import type { Request, Response } from "express";
import type { Claims } from "../auth/principal.ts";

/** What Lambda and the container do differently, and nothing else. */
export interface Runtime {
  /** What every answer of the app says, where the runtime does not add it to the answer itself. */
  readonly constantHeaders: Readonly<Record<string, string>>;
  /**
   * Does, before everything else, what a gateway in front of the app would have done.
   *
   * @returns whether the request is answered with that.
   */
  receive(request: Request, response: Response): boolean;
  /** The id that the infrastructure has given the request, if it has. */
  requestId(request: IncomingMessage): string | undefined;
  /** How long the app may take before it must answer, in milliseconds. */
  timeoutMilliseconds(request: IncomingMessage): number;
  /** Where the outside sees this API's root: `""`, or a path without a slash at its end. */
  basePath(request: IncomingMessage): string;
  /** The origin that the caller has reached: `https://api.example.com`, `http://localhost:3000`. */
  origin(request: Request): string;
  /**
   * The claims of the caller's verified token.
   *
   * @throws ApiError 001401, or 001503 when nobody can tell.
   */
  authenticate(request: IncomingMessage): Claims | Promise<Claims>;
}
