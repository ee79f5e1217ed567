/**
 * The OpenAPI suite: the document can be made, and whatever a caller sends, every refusal is one that the
 * document mentions, on every target, and never a 5xx. The handlers are stubs, so it needs no database, and a
 * handler's response cannot fail it.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import type { Api } from "../api.ts";
import { documentedPath, openApiDocument } from "../docs/openapi.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { arbitraryRequest, type Operation } from "./arbitrary-requests.ts";
import { REACHED_HEADER, withStandInHandlers } from "./stand-in-handlers.ts";
import { type StartTarget, startTargets, type Target } from "./targets.ts";
import { createTestApiKeys } from "./test-api-keys.ts";
import { type Environment, noIssuerOf, testConfig } from "./test-environment.ts";
import { startTestIssuer, type TestIssuer } from "./test-issuer.ts";
import { issuerOptions, providerOf } from "./test-issuer-dress.ts";

const REQUESTS_EACH = 40;

/**
 * Tests that an API responds as its OpenAPI document says.
 *
 * @example
 * await openApiSuite(api, [appTarget, handlerTarget]);
 */
export async function openApiSuite(
  api: Api,
  starts: readonly StartTarget[],
  { environment }: { readonly environment?: Environment } = {},
): Promise<void> {
  const config = testConfig(api, noIssuerOf(providerOf(environment)), environment);
  const enabled = await enabledRoutes(api, config.features);
  // OpenAPI cannot describe an operation for every method, which a mounted router is.
  const routes = enabled.filter(({ method }) => method !== "ANY");
  const groups = routes.flatMap(({ access }) => (access.type === "authenticated" ? access.groups : []));

  const apiKeys = createTestApiKeys();
  const keys = [
    apiKeys.issue(),
    ...routes.flatMap(({ access }) => (access.type === "apiKey" ? apiKeys.issue(access.scopes) : [])),
  ];

  // Made once: each schema of the API is converted for it.
  let document: ReturnType<typeof openApiDocument> | undefined;
  const documentOnce = () => (document ??= openApiDocument({ api, routes, config, basePath: "" }));

  describe("the OpenAPI document", () => {
    let issuer: TestIssuer;
    let targets: readonly Target[] = [];
    before(async () => {
      issuer = await startTestIssuer(issuerOptions(environment));
      const standIn = withStandInHandlers(api, { request: "validated", apiKeys: apiKeys.store });
      targets = await startTargets(starts, { api: standIn, issuer, environment });
    });
    after(async () => {
      await Promise.all(targets.map((target) => target.close()));
      await issuer.close();
    });

    it("has a unique id for each operation", async () => {
      const ids = routes.map(({ operationId }) => operationId);
      assert.deepEqual(
        ids.filter((id, index) => ids.indexOf(id) !== index),
        [],
      );
      await documentOnce();
    });

    const authorization = fc.oneof(
      fc
        .option(fc.subarray([...new Set([...groups, "a b", ""])]), { nil: undefined })
        .map((some) => issuer.bearer(some)),
      fc.constantFrom(undefined, "", "Bearer", "Bearer a.b.c", "Basic YTpi"),
    );
    const apiKey = fc.constantFrom(undefined, "", "key", ...keys);

    for (const { method, path, operationId, only } of routes) {
      const key = documentedPath(path);
      it(`mentions every refusal of ${operationId}`, async () => {
        const { paths } = await documentOnce();
        const operation: Operation = Object(paths?.[key])[method.toLowerCase()];
        assert.equal(operation.operationId, operationId);
        await fc.assert(
          fc.asyncProperty(
            arbitraryRequest(method, key, operation, { authorization, apiKey }),
            async (request) => {
              const statuses = new Set<number>();
              for (const target of targets) {
                if (only === "container" && target.isLambda) continue;
                const { status, headers, body } = await target.request(request);
                const isReached = headers[REACHED_HEADER] !== undefined;
                const isRefused = status < 500 && operation.responses[status] !== undefined;
                assert.ok(isReached || isRefused, `${target.name} answered ${status} ${body}`);
                statuses.add(status);
              }
              assert.ok(statuses.size <= 1, `the targets answered ${[...statuses].join(" and ")}`);
            },
          ),
          { numRuns: REQUESTS_EACH },
        );
      });
    }
  });
}
