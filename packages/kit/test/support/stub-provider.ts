/** A stub of Firebase's REST APIs, for the answers that no emulator gives. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Environment } from "../../src/testing/test-environment.ts";

export interface RecordedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface StubProvider {
  /** Makes an API use the stub. */
  readonly environment: Environment;
  readonly url: string;
  /** The requests since the answer was last set. */
  readonly requests: readonly RecordedRequest[];
  /** The next answers: JSON, or anything a listener can do. */
  answerWith(status: number, body: unknown): void;
  answerWith(listener: RequestListener): void;
  close(): Promise<void>;
}

/** Firebase's envelope for an error. */
export function firebaseError(code: number, message: string, more: object = {}) {
  return { error: { code, message, errors: [{ message, reason: "invalid", domain: "global" }], ...more } };
}

export async function startStubProvider(): Promise<StubProvider> {
  let requests: RecordedRequest[] = [];
  let listener: RequestListener = (_request, response) => response.writeHead(404).end();
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    // The values for comparison exist before the answer does.
    const recorded = { method, url: new URL(url, "http://stub"), headers, body: await text(request) };
    requests.push(recorded);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: {
      FIREBASE_IDENTITY_TOOLKIT_URL: `${url}/identitytoolkit.googleapis.com`,
      FIREBASE_SECURE_TOKEN_URL: `${url}/securetoken.googleapis.com`,
    },
    get requests() {
      return requests;
    },
    answerWith(given: number | RequestListener, body?: unknown) {
      requests = [];
      listener =
        typeof given === "function"
          ? given
          : (_request, response) =>
              response.writeHead(given, { "content-type": "application/json" }).end(JSON.stringify(body));
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
