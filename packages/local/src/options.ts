// What `npm start` and `npm run dev` can be told. The flag wins over the environment.

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
  /** Whether each line of the log is printed, in place of one a request. */
  verbose: boolean;
}

/** @param environment where the provider is the one that the API has in production, if nothing else is said. */
export function readOptions(
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const { api, identity: identityName, port, reload, runtime, verbose } = readFlags(args);
  const said = identityName ?? (environment.IDENTITY_PROVIDER || "firebase");
  const identity = identityNames.find((name) => name === said);
  if (identity === undefined) {
    const from = identityName === undefined ? "IDENTITY_PROVIDER" : "--identity";
    throw new PlainError(`${from} must be ${IDENTITY_RULE}, and not "${said}".`);
  }
  if (runtime !== "lambda" && runtime !== "containerized") {
    throw new PlainError(`--runtime must be lambda or containerized, and not "${runtime}".`);
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
      `Cannot read "${args.join(" ")}": the options are --api FOLDER, --port N, where 0 is any free port, --runtime lambda or containerized, --identity ${IDENTITY_RULE}, --reload, and --verbose.`,
    );
  }
}

function portNumber(name: string, value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new PlainError(
    `${name} must be a number from 0 to 65535, where 0 is any free port, and not "${value}".`,
  );
}
