/** What stands behind the base URL that `npm start` prints. */
export interface Runtime {
  /** The value of RUNTIME inside it. */
  name: string;
  baseUrl: string;
  /** A page with the last requests, where there is a gateway to look into. */
  inspectorUrl?: string;
  /** Resolves with a sentence if the runtime ends without having been asked to. */
  died: Promise<string>;
  close(): Promise<void>;
}
