import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler } from "express";
import type { Claims } from "../auth/principal.ts";

/** What Lambda and the container do differently, and nothing else. */
export interface Runtime {
  /** What every answer of the app says, where the runtime does not add it to the answer itself. */
  readonly constantHeaders: Readonly<Record<string, string>>;
  /** Runs before everything else of a request. */
  readonly middleware: readonly RequestHandler[];
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
  authenticate(request: IncomingMessage): Promise<Claims>;
}
