import type { Request, RequestHandler, Response } from "express";

/**
 * Runs Express handlers one after the other on a request.
 *
 * @returns a promise of `true` when the last has called `next`, and of `false` when one has skipped the route with
 *   `next("route")` or `next("router")`. It rejects with what one of them throws or hands to `next`, and stays pending when
 *   one has answered the request.
 */
export async function runHandlers(
  handlers: readonly RequestHandler[],
  request: Request,
  response: Response,
): Promise<boolean> {
  for (const handler of handlers) {
    const passedOn = await new Promise<unknown>((resolve, reject) => {
      // What it returns is a promise where it is async: its rejection is an error too, as in Express.
      Promise.resolve(handler(request, response, resolve)).catch(reject);
    });
    if (passedOn === "route" || passedOn === "router") return false;
    if (passedOn) throw passedOn;
  }
  return true;
}

/**
 * Makes a handler of which everything that it throws is an error. To Express a thrown "route" or "router" only skips what
 * is left, and `undefined` does not count as an error.
 */
export function throwErrors(handler: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    try {
      await handler(request, response, next);
    } catch (thrown) {
      throw typeof thrown === "string" ? new Error(thrown) : thrown;
    }
  };
}
