/** What exists in Lambda before the handler: the builtins that its runtime has loaded, and the context. */

/** The builtins that the published runtime client requires before it imports a handler. */
const OF_THE_RUNTIME = ["http", "net", "util", "fs", "path", "stream", "module"];

export function lambdaRuntime() {
  for (const name of OF_THE_RUNTIME) process.getBuiltinModule(name);
}

export function createContext() {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "api",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:api:latest",
    memoryLimitInMB: "512",
    awsRequestId: "8c5e8a1c-0b5e-4f5e-9f0a-1f2e3d4c5b6a",
    logGroupName: "/aws/lambda/api",
    logStreamName: "2026/01/01/[1]0123456789abcdef",
    getRemainingTimeInMillis: () => 29_000,
  };
}

/** Passes the result to the parent process and exits: a handler may keep the process alive. */
export function tell(result) {
  process.getBuiltinModule("fs").writeSync(3, JSON.stringify(result));
  process.exit(0);
}
