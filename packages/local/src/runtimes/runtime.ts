import type { Features } from "@lambda-express-api/kit/config.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import type { LocalApi } from "../local-stack.ts";

/** A runtime that `npm start` has started. */
export interface Runtime {
  /** The value of RUNTIME. */
  name: string;
  baseUrl: string;
  /** The endpoints that are on. */
  features: Features;
  /** The page with the gateway's last requests, if there is a gateway. */
  inspectorUrl?: string;
  /** Resolves with a message if the runtime ends by itself. */
  died: Promise<string>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  local: LocalApi;
  identity: LocalIdentity;
  /** 0 for any free port. */
  port: number;
  /** Whether a save in the API's `src` shows in the next answer. */
  reload?: boolean;
  print: (line: string) => void;
}
