/** The accepted forms of an `Authorization` header, in both runtimes. Its token is always valid. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { flatten } from "../src/testing/gateway-verdict.ts";
import { type Answer, appTarget, handlerTargetWith, type Target } from "../src/testing/targets.ts";
import { testApp } from "../src/testing/test-app.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

let issuer: TestIssuer;
let token: string;
let app: Target;
let lambda: Target;
let server: Server;
const PATH = "/v1/me";

before(async () => {
  issuer = await startTestIssuer();
  const claims = issuer.claims(["USERS"]);
  token = issuer.sign(claims);
  app = await appTarget({ api: fixtureApi, issuer });
  // The gateway has accepted the token, whatever surrounds it.
  const verdict = async () => ({ jwt: { claims: flatten(claims), scopes: null } });
  lambda = await handlerTargetWith({ verdict })({ api: fixtureApi, issuer });

  server = createServer(testApp(fixtureApi, { issuer }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await app.close();
  server.close();
  await issuer.close();
});

/** Latin-1 characters for the bytes of `text`: how a server passes on what is not ASCII. */
const asBytes = (text: string) => Buffer.from(text).toString("latin1");

const accepted: readonly [string, () => string][] = [
  ["Bearer and a token", () => `Bearer ${token}`],
  ["bearer in lower case", () => `bearer ${token}`],
  ["BEARER in upper case", () => `BEARER ${token}`],
  ["bEaReR in mixed case", () => `bEaReR ${token}`],
  ["two spaces after Bearer", () => `Bearer  ${token}`],
];

const refused: readonly [string, () => string][] = [
  ["a tab after Bearer", () => `Bearer\t${token}`],
  ["a space and a tab after Bearer", () => `Bearer \t${token}`],
  ["a no-break space after Bearer", () => `Bearer\u00a0${token}`],
  ["a no-break space in UTF-8 after Bearer", () => asBytes(`Bearer\u00a0${token}`)],
  ["no space after Bearer", () => `Bearer${token}`],
  ["Bearer alone", () => "Bearer"],
  ["the token alone", () => token],
  ["the token in quotes", () => `Bearer "${token}"`],
  ["everything in quotes", () => `"Bearer ${token}"`],
  ["something after the token", () => `Bearer ${token} x`],
  ["the token twice", () => `Bearer ${token} ${token}`],
  ["a comma after the token", () => `Bearer ${token},`],
  ["two headers, joined by a comma", () => `Bearer ${token}, Bearer ${token}`],
  ["two headers, joined by a comma without a space", () => `Bearer ${token},Bearer ${token}`],
  ["another header before it", () => `Basic YWxpY2U6c2VjcmV0, Bearer ${token}`],
  ["a parameter", () => 'Bearer realm="x"'],
  ["a parameter with the token", () => `Bearer token=${token}`],
  ["a colon after Bearer", () => `Bearer: ${token}`],
  ["Bearer twice", () => `Bearer Bearer ${token}`],
  ["a full-width Bearer", () => asBytes(`Ｂearer ${token}`)],
  ["UTF-8 after the token", () => asBytes(`Bearer ${token}é`)],
  ["Basic and a password", () => "Basic YWxpY2U6c2VjcmV0"],
  ["Basic and a token", () => `Basic ${token}`],
  ["Digest", () => 'Digest username="alice"'],
  ["Token", () => `Token ${token}`],
  ["JWT", () => `JWT ${token}`],
  ["a comma alone", () => ","],
];

async function send(target: Target, authorization: string): Promise<Answer> {
  return target.request({ method: "GET", path: PATH, headers: { authorization } });
}

function assertRefused({ status, headers, body }: Answer, challenge: string): void {
  assert.equal(status, 401, body.toString());
  assert.equal(headers["www-authenticate"], challenge);
  assert.equal(JSON.parse(body.toString()).error.code, "001401");
}

describe("the Authorization header", () => {
  for (const [name, header] of accepted) {
    it(`is accepted: ${name}`, async () => {
      for (const target of [app, lambda])
        assert.equal((await send(target, header())).status, 200, target.name);
    });
  }

  for (const [name, header] of refused) {
    it(`is refused: ${name}`, async () => {
      for (const target of [app, lambda]) {
        assertRefused(await send(target, header()), 'Bearer error="invalid_token"');
      }
    });
  }

  for (const [name, headers] of [
    ["no header", {}],
    ["an empty header", { authorization: "" }],
  ] as const) {
    it(`gets a 401 without calling a token invalid: ${name}`, async () => {
      for (const target of [app, lambda]) {
        assertRefused(await target.request({ method: "GET", path: PATH, headers }), "Bearer");
      }
    });
  }

  it("is the only place where a token is accepted", async () => {
    for (const target of [app, lambda]) {
      for (const name of ["x-authorization", "proxy-authorization", "x-access-token", "cookie"]) {
        const value = name === "cookie" ? `access_token=${token}` : `Bearer ${token}`;
        assertRefused(
          await target.request({ method: "GET", path: PATH, headers: { [name]: value } }),
          "Bearer",
        );
      }
      assertRefused(
        await target.request({ method: "GET", path: `${PATH}?access_token=${token}&token=${token}` }),
        "Bearer",
      );
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const body = `access_token=${token}`;
      assertRefused(await target.request({ method: "GET", path: PATH, headers: form, body }), "Bearer");
    }
  });
});

describe("the Authorization header, as bytes on the wire of the container", () => {
  /** Sends a request with the header lines `lines`; returns the status of the answer. */
  async function statusOf(...lines: string[]): Promise<number> {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    // The server may cut the connection while a header is still being sent.
    socket.on("error", () => {});
    socket.write(
      Buffer.from(
        `GET ${PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${lines.join("\r\n")}\r\n\r\n`,
        "latin1",
      ),
    );
    let text = "";
    for await (const chunk of socket) text += chunk;
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
  }

  it("may have spaces and tabs around its value", async () => {
    assert.equal(await statusOf(`authorization: \t Bearer ${token} \t `), 200);
  });

  it("is refused when there are two, in either order and even if they are equal", async () => {
    const own = `authorization: Bearer ${token}`;
    assert.equal(await statusOf(own), 200);
    assert.equal(await statusOf(own, own), 401);
    assert.equal(await statusOf(own, "Authorization: Bearer x.y.z"), 401);
    assert.equal(await statusOf("AUTHORIZATION: Basic eDp5", own), 401);
    assert.equal(await statusOf("authorization:", own), 401);
  });

  it("never reaches the app when it is malformed", async () => {
    assert.equal(await statusOf(`authorization: Bearer ${token}\u0000`), 400);
    assert.equal(await statusOf(`authorization: Bearer\r\n ${token}`), 400);
    assert.equal(await statusOf(`authorization: Bearer\n ${token}`), 400);
    assert.equal(await statusOf(`authorization : Bearer ${token}`), 400);
  });

  it("never reaches the app when it has 20 kB", async () => {
    assert.equal(await statusOf(`authorization: Bearer ${"x".repeat(20_000)}`), 431);
  });
});
