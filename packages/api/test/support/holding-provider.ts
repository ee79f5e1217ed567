/** A stand-in for the identity provider that answers a sign-in when it is told to: makes requests that take long. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HoldingProvider {
  /** The environment of an API that asks this provider. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the next sign-in has arrived, with what answers it. */
  nextSignIn(): Promise<() => void>;
  close(): Promise<void>;
}

export async function startHoldingProvider(): Promise<HoldingProvider> {
  const arrived: ServerResponse[] = [];
  const waiting: ((response: ServerResponse) => void)[] = [];
  const server = createServer((_request, response) => {
    const next = waiting.shift();
    if (next) next(response);
    else arrived.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { FIREBASE_IDENTITY_TOOLKIT_URL: url, FIREBASE_SECURE_TOKEN_URL: url },
    async nextSignIn() {
      const response =
        arrived.shift() ?? (await new Promise<ServerResponse>((resolve) => waiting.push(resolve)));
      return () => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ idToken: "a.b.c", email: "user@example.com" }));
      };
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

/** The request that the provider holds. */
export const signIn = {
  method: "POST",
  path: "/v1/auth/token",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ username: "user@example.com", password: "not-secret" }),
} as const;
