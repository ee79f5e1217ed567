import express, { type Request, type RequestHandler, type Response } from "express";

/**
 * Runs Express handlers one after the other on a request.
 *
 * @returns a promise that resolves when the last has called `next`, rejects with what one of them throws or hands to `next`,
 *   and stays pending when one has answered the request.
 */
export function runHandlers(
  handlers: readonly RequestHandler[],
  request: Request,
  response: Response,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Not strict about paths: each handler is for this very request.
    const router = express.Router({ mergeParams: true }).use(...handlers);
    router(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}
