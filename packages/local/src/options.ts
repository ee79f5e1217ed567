// The options of `npm start` and `npm run dev`. A flag overrides the environment.

import { parseArgs } from "node:util";
import { PlainError } from "./command.ts";
import { type IdentityName, identityNames } from "./identity/start-identity.ts";

export const DEFAULT_PORT = "3000";

const IDENTITY_RULE = "firebase, cognito, auth0, oidc or firebase-emulator";

export interface StartOptions {
  /** The folder of the API. */
  api: string;
  identity: IdentityName;
  port: number;
  reload: boolean;
  runtime: "lambda" | "containerized";
  /** Prints every line of the log instead of one per request. */
  verbose: boolean;
}

/** @param environment may name the API's identity provider in production, which is the default. */
export function readOptions(
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const { api, identity: identityName, port, reload, runtime, verbose } = readFlags(args);
  const said = identityName ?? (environment.IDENTITY_PROVIDER || "firebase");
  const identity = identityNames.find((name) => name === said);
  if (identity === undefined) {
    const from = identityName === undefined ? "IDENTITY_PROVIDER" : "--identity";
    throw new PlainError(`${from} is "${said}"; use ${IDENTITY_RULE}.`);
  }
  if (runtime !== "lambda" && runtime !== "containerized") {
    throw new PlainError(`--runtime is "${runtime}"; use lambda or containerized.`);
  }
  const number =
    port === undefined ? portNumber("PORT", environment.PORT || DEFAULT_PORT) : portNumber("--port", port);
  return { api, identity, port: number, reload, runtime, verbose };
}

function readFlags(args: string[]) {
  try {
    const options = {
      api: { type: "string", default: "." },
      identity: { type: "string" },
      port: { type: "string" },
      reload: { type: "boolean", default: false },
      runtime: { type: "string", default: "lambda" },
      verbose: { type: "boolean", default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch {
    throw new PlainError(
      `Cannot read "${args.join(" ")}": the options are --api FOLDER, --port N (0 for any free port), --runtime lambda or containerized, --identity ${IDENTITY_RULE}, --reload and --verbose.`,
    );
  }
}

function portNumber(name: string, value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new PlainError(`${name} is "${value}"; use a number from 0 to 65535; 0 selects any free port.`);
}
