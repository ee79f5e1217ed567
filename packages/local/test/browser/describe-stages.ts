import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestBySupertest } from "@lambda-express-api/kit/testing/targets.ts";
import { local } from "../fixtures/members/src/local.ts";

/** Headers that differ with each request, or with the address in the body. */
const VARYING_HEADERS = ["date", "etag", "content-length", "x-request-id", "apigw-requestid"];
const STAGE = "mvp";

/**
 * Tests, without a browser, that a stage serves the same files as the mapping key, so that the browser tests behind the mapping key
 * count for both.
 *
 * @param baseUrl the API behind the mapping key.
 */
export function describeStages(baseUrl: () => string): void {
  describe("behind a stage, the docs pages and their files differ only in the address", () => {
    for (const [where, hostname] of [
      ["at API Gateway's host name", "local12345.execute-api.eu-west-1.amazonaws.com"],
      ["at an address", "127.0.0.1"],
    ] as const) {
      it(where, async () => {
        const { port, origin } = new URL(baseUrl());
        const host = `${hostname}:${port}`;
        const load = async (host: string, basePath: string, path: string) => {
          const { status, headers, body } = await requestBySupertest(origin, {
            method: "GET",
            path: basePath + path,
            headers: { host, accept: path === "/v1" ? "text/html" : "*/*", "accept-encoding": "identity" },
          });
          const others = Object.entries(headers).filter(([name]) => !VARYING_HEADERS.includes(name));
          return { status, headers: others, text: withoutAddress(body.toString(), host, basePath) };
        };
        const pages = ["/v1", "/v1/docs", "/v1/redoc"];
        const loaded = new Set([...pages, "/v1/openapi.json"]);
        for (const path of loaded) {
          const expected = await load(new URL(baseUrl()).host, `/${local.mappingKey}`, path);
          assert.equal(expected.status, 200, path);
          assert.deepEqual(await load(host, `/${STAGE}`, path), expected, path);
          if (pages.includes(path))
            for (const [, link = ""] of expected.text.matchAll(/(?:src|href)=["']([^"'#]+)/g))
              loaded.add(new URL(link, `http://_${path}`).pathname);
        }
        assert.ok(loaded.size > 10, [...loaded].join(" "));
      });
    }
  });
}

function withoutAddress(text: string, host: string, basePath: string): string {
  return text
    .replaceAll(`http://${host}${basePath}/`, "http://_/")
    .replaceAll(`"${basePath}"`, '"_"')
    .replaceAll(`${basePath}/v1`, "/v1");
}
