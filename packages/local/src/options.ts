// What `npm start` and `npm run dev` can be told. The flag wins over the environment.

import { parseArgs } from "node:util";
import { PlainError } from "./command.ts";
import { type IdentityName, identityNames } from "./identity/start-identity.ts";

export const DEFAULT_PORT = "3000";

export interface StartOptions {
  /** The folder of the API. */
  api: string;
  identity: IdentityName;
  port: number;
  reload: boolean;
  runtime: "lambda" | "containerized";
}

export function readOptions(args: string[], environment: NodeJS.ProcessEnv): StartOptions {
  const { api, identity: identityName, port, reload, runtime } = readFlags(args);
  const identity = identityNames.find((name) => name === identityName);
  if (identity === undefined) {
    throw new PlainError(`--identity must be ${identityNames.join(" or ")}, and not "${identityName}".`);
  }
  if (runtime !== "lambda" && runtime !== "containerized") {
    throw new PlainError(`--runtime must be lambda or containerized, and not "${runtime}".`);
  }
  const number =
    port === undefined ? portNumber("PORT", environment.PORT || DEFAULT_PORT) : portNumber("--port", port);
  return { api, identity, port: number, reload, runtime };
}

function readFlags(args: string[]) {
  try {
    const options = {
      api: { type: "string", default: "." },
      identity: { type: "string", default: "local" },
      port: { type: "string" },
      reload: { type: "boolean", default: false },
      runtime: { type: "string", default: "lambda" },
    } as const;
    return parseArgs({ args, options }).values;
  } catch {
    throw new PlainError(
      `Cannot read "${args.join(" ")}": the options are --api FOLDER, --port N, where 0 is any free port, --runtime lambda or containerized, --identity local or firebase-emulator, and --reload.`,
    );
  }
}

function portNumber(name: string, value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new PlainError(
    `${name} must be a number from 0 to 65535, where 0 is any free port, and not "${value}".`,
  );
}
