import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { requestBySupertest } from "@lambda-express-api/kit/testing/targets.ts";
import { local } from "../fixtures/members/src/local.ts";

/** Headers that differ with each request, with the address in the body, or with the runtime. */
const VARYING_HEADERS = [
  ...["date", "etag", "content-length", "x-request-id", "apigw-requestid"],
  ...["connection", "keep-alive", "transfer-encoding"],
];
const PAGES = ["/v1", "/v1/docs", "/v1/redoc"];

interface Address {
  readonly origin: string;
  readonly host: string;
  readonly basePath: string;
}

/**
 * Tests, without a browser, that the docs pages and their files differ between the addresses only in the address, so that the
 * browser tests behind the mapping key count for all of them.
 *
 * @param baseUrl the API behind the mapping key.
 * @param container the same API in the container.
 */
export function describeSameFiles(baseUrl: () => string, container?: () => string): void {
  describe("the docs pages and their files differ from those behind the mapping key only in the address", () => {
    const expected = new Map<string, Awaited<ReturnType<typeof load>>>();
    let origin: string;
    let port: string;
    before(async () => {
      ({ origin, port } = new URL(baseUrl()));
      const address = { ...hostOf(baseUrl()), basePath: `/${local.mappingKey}` };
      const paths = new Set([...PAGES, "/v1/openapi.json"]);
      for (const path of paths) {
        const file = await load(address, path);
        assert.equal(file.status, 200, path);
        expected.set(path, file);
        if (PAGES.includes(path))
          for (const [, link = ""] of file.text.matchAll(/(?:src|href)=["']([^"'#]+)/g))
            paths.add(new URL(link, `http://_${path}`).pathname);
      }
      assert.ok(paths.size > 10, [...paths].join(" "));
    });

    const places: readonly (readonly [string, () => Address])[] = [
      [
        "behind a stage at API Gateway's host name",
        () => ({
          origin,
          host: `local12345.execute-api.eu-west-1.amazonaws.com:${port}`,
          basePath: "/mvp",
        }),
      ],
      ["behind a stage at an address", () => ({ origin, host: `127.0.0.1:${port}`, basePath: "/mvp" })],
      ...(container ? [["in the container", () => ({ ...hostOf(container()), basePath: "" })] as const] : []),
    ];
    for (const [where, address] of places) {
      it(where, async () => {
        for (const [path, file] of expected) assert.deepEqual(await load(address(), path), file, path);
      });
    }
  });
}

function hostOf(url: string) {
  const { origin, host } = new URL(url);
  return { origin, host };
}

async function load({ origin, host, basePath }: Address, path: string) {
  const { status, headers, body } = await requestBySupertest(origin, {
    method: "GET",
    path: basePath + path,
    headers: { host, accept: path === "/v1" ? "text/html" : "*/*", "accept-encoding": "identity" },
  });
  const others = Object.entries(headers).filter(([name]) => !VARYING_HEADERS.includes(name));
  return {
    status,
    headers: Object.fromEntries(others),
    text: withoutAddress(body.toString(), host, basePath),
  };
}

function withoutAddress(text: string, host: string, basePath: string): string {
  return text
    .replaceAll(`http://${host}${basePath}/`, "http://_/")
    .replaceAll(`"url":"${basePath || "/"}"`, '"url":"_"')
    .replaceAll(`${basePath}/v1`, "/v1");
}
