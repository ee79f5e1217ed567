import { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";

/**
 * Makes the classes of a server's requests and responses whose objects have, from their birth, the prototypes that the app
 * gives each of them: to change the prototype of an object is slow, and so is the object from then on. Classes, because V8
 * makes room in an object for what the constructors of its class assign.
 */
export function messageClasses(app: Pick<Express, "request" | "response">) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  app.request = AppRequest.prototype as Express["request"];
  app.response = AppResponse.prototype as Express["response"];
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
