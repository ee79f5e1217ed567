/** Writes the text of a new endpoint and of its test, before formatting. */
import { type Endpoint, VERBS } from "./endpoint-arguments.ts";

/** The new endpoint's placeholder answer: its input. */
function answerOf({ method, variables, operationId }: Endpoint) {
  const { status, hasBody } = VERBS[method];
  const sample = {
    ...Object.fromEntries(variables.map((variable) => [variable, "1"])),
    ...(hasBody && { name: "A name" }),
  };
  const fields = Object.keys(sample);
  if (status === 204) return { status, schema: "z.undefined()", body: "undefined", sample: {} };
  if (fields.length === 0) {
    const message = `${operationId} is not implemented yet`;
    return {
      status,
      schema: "z.object({ message: z.string() })",
      body: JSON.stringify({ message }),
      sample: { message },
    };
  }
  return {
    status,
    schema: `z.object({ ${fields.map((field) => `${field}: z.string()`).join(", ")} })`,
    body: `{ ${[variables.length > 0 ? "...params" : "", hasBody ? "...body" : ""].filter(Boolean).join(", ")} }`,
    sample,
  };
}

export function endpointSource(endpoint: Endpoint): string {
  const { method, path, operationId, summary, variables, access } = endpoint;
  const { hasBody, status: done } = VERBS[method];
  const { status, schema, body } = answerOf(endpoint);
  const parts = [
    variables.length > 0 &&
      `params: z.object({ ${variables.map((name) => `${name}: z.string().meta({ example: "1" })`).join(", ")} })`,
    hasBody && 'body: z.object({ name: z.string().max(100).meta({ example: "A name" }) })',
  ].filter(Boolean);
  const request = parts.length > 0 ? `\n  request: (z) => ({ ${parts.join(", ")} }),` : "";
  const given = [variables.length > 0 && done !== 204 && "params", hasBody && "body"]
    .filter(Boolean)
    .join(", ");
  const handler = `async (${given && `{ ${given} }`}) => ({ status: ${status}, body: ${body} })`;
  const guard = access.type === "public" ? "anyone" : "auth";
  const rule = "names" in access ? `{ ${access.type}: ${JSON.stringify(access.names)} }, ` : "";
  return `import { ${guard} } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const ${operationId} = defineRoute({
  operationId: "${operationId}",
  method: "${method}",
  path: "${path}",
  summary: "${summary}",${request}
  responses: (z) => ({ ${status}: { description: "Done.", schema: ${schema} } }),
}).handler(${guard}(${rule}${handler}));
`;
}

export function endpointTest(endpoint: Endpoint): string {
  const { method, path, access } = endpoint;
  const { status, sample } = answerOf(endpoint);
  const title = `${method} ${path}`;
  const call = `.${method.toLowerCase()}("${path.replaceAll(/\{\w+\+?\}/g, "1")}")`;
  const body = VERBS[method].hasBody ? '.send({ name: "A name" })' : "";
  const expectations = `assert.equal(response.status, ${status});
assert.deepEqual(response.body, ${JSON.stringify(sample)});`;
  const isPublic = access.type === "public";
  const imports = `import assert from "node:assert/strict";
import { ${isPublic ? "it" : "after, before, describe, it"} } from "node:test";
import { ${isPublic ? "testApp" : "startTestIssuer, type TestIssuer, testApp"} } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";`;
  if (isPublic) {
    return `${imports}

it("${title} answers anyone", async () => {
  const response = await supertest(testApp(api))${call}${body};
  ${expectations}
});
`;
  }
  const [first = ""] = "names" in access ? access.names : [];
  const bearer = {
    groups: `issuer.bearer([${JSON.stringify(first)}])`,
    scopes: `issuer.bearer([], { scope: ${JSON.stringify(first)} })`,
    "signed-in": "issuer.bearer([])",
  }[access.type as "groups" | "scopes" | "signed-in"];
  return `${imports}

describe("${title}", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  it("answers ${first || "any signed-in caller"}", async () => {
    const response = await supertest(testApp(api, { issuer }))${call}
      .set("authorization", ${bearer})${body};
    ${expectations}
  });
});
`;
}
