// The function as the gateway sees it: JSON in, JSON or a failure out.

/** What the gateway invokes. `runInProcess` and `runInWorkers` make one from a handler. */
export interface LambdaFunction {
  /**
   * `payload` is the JSON text of the event. An event that waits for an instance is dropped when `signal`
   * aborts; a running one is not stopped. `traceHeader` is the event's `_X_AMZN_TRACE_ID`. Never rejects.
   */
  invoke(payload: string, signal?: AbortSignal, traceHeader?: string): Promise<Invocation>;
  close(): Promise<void>;
}

export type Invocation = Outcome & {
  /** `context.awsRequestId`. */
  requestId: string;
  isColdStart: boolean;
  /** For an event with an instance: the part of the cold start that it waited for. */
  waitMilliseconds?: number;
  durationMilliseconds: number;
  /** What the function has logged meanwhile, and Lambda about it: the first thousand lines. */
  lines?: readonly string[];
};

export type Outcome =
  // JSON, unless a custom runtime returned something else.
  | { outcome: "returned"; payload: string }
  | { outcome: "failed"; errorType: string; errorMessage: string; stackTrace?: string[] }
  // Over the requested limit.
  | { outcome: "throttled" }
  // The caller stopped waiting for an instance; the function has not run.
  | { outcome: "dropped" };

/**
 * What it returns or resolves to is the answer. Further parameters are allowed for handler types that still
 * have a callback; it is not passed, as in Lambda's Node.js 24.
 */
export type Handler<Event, Context = LambdaContext> = (
  event: Event,
  context: Context,
  ...rest: never[]
) => unknown;

export interface LambdaContext {
  awsRequestId: string;
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  logGroupName: string;
  logStreamName: string;
  /** A text, as in the service. */
  memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** What an instance knows about its function. */
export interface FunctionIdentity {
  functionName: string;
  memorySize: number;
  logStreamName: string;
}

export function createContext(
  identity: FunctionIdentity,
  invocation: { requestId: string; deadline: number },
): LambdaContext {
  const { functionName, memorySize, logStreamName } = identity;
  return {
    awsRequestId: invocation.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName,
    memoryLimitInMB: String(memorySize),
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
}
