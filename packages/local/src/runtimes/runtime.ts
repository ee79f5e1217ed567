import type { Features } from "@lambda-express-api/kit/config.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import type { LocalApi } from "../local-stack.ts";

/** What stands behind the base URL that `npm start` prints. */
export interface Runtime {
  /** The value of RUNTIME inside it. */
  name: string;
  baseUrl: string;
  /** What the API has switched on. */
  features: Features;
  /** A page with the last requests, where there is a gateway to look into. */
  inspectorUrl?: string;
  /** Resolves with a sentence if the runtime ends without having been asked to. */
  died: Promise<string>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  local: LocalApi;
  identity: LocalIdentity;
  /** 0 is any free port. */
  port: number;
  /** Whether a save in the API's `src` is in the next answer. */
  reload?: boolean;
  print: (line: string) => void;
}
