// What is known of one request when it has been answered: what access-log lines and the inspector are made of.

import type { Answer } from "./answer.ts";
import type { Verdict } from "./authorizer.ts";
import type { HttpApiEvent } from "./event.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { HttpApi, Route, Stage } from "./http-api.ts";
import type { HttpRequest } from "./http-request.ts";
import type { Invocation } from "./lambda/lambda-function.ts";

export interface Exchange {
  requestId: string;
  receivedAt: number;
  request: HttpRequest;
  api?: HttpApi;
  stage?: Stage;
  eventPath?: string;
  basePathMatched?: string;
  route?: Route;
  verdict?: Verdict;
  event?: HttpApiEvent;
  /** Absent too when the function did not answer in time. */
  invocation?: Invocation;
  integrationMilliseconds?: number;
  /** Set when the integration is to blame: `$context.integrationErrorMessage`. */
  integrationError?: string;
  /** Set when the gateway answered by itself. */
  error?: GatewayError;
}

export interface AnsweredExchange extends Exchange {
  answer: Answer;
  durationMilliseconds: number;
  /** Of the stage, where it has an access log. */
  accessLogLine?: string;
}
