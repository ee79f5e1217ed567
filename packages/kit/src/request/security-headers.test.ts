import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { it } from "node:test";
import helmet from "helmet";
import { securityHeaders } from "./security-headers.ts";

it("the security headers are helmet's defaults", () => {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet()(request, response, (error) => assert.equal(error, undefined));
  assert.deepEqual({ ...response.getHeaders() }, securityHeaders);
});
