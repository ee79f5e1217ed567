// The facts about an answered request, for access-log lines and the inspector.

import type { Answer } from "./answer.ts";
import type { Verdict } from "./authorizer.ts";
import type { HttpApiEvent } from "./event.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { HttpApi, Route, Stage } from "./http-api.ts";
import type { HttpRequest } from "./http-request.ts";
import type { Invocation } from "./lambda/lambda-function.ts";
import type { Trace } from "./trace.ts";

export interface Exchange {
  requestId: string;
  receivedAt: number;
  request: HttpRequest;
  trace: Trace;
  api?: HttpApi;
  stage?: Stage;
  eventPath?: string;
  basePathMatched?: string;
  route?: Route;
  verdict?: Verdict;
  event?: HttpApiEvent;
  /** Also missing if the function did not answer in time. */
  invocation?: Invocation;
  integrationMilliseconds?: number;
  /** Set if the integration failed: `$context.integrationErrorMessage`. */
  integrationError?: string;
  /** Set if the gateway answered itself. */
  error?: GatewayError;
}

export interface AnsweredExchange extends Exchange {
  answer: Answer;
  durationMilliseconds: number;
  /** The stage's line, if it has an access log. */
  accessLogLine?: string;
}
