/**
 * The kit's token clients against other projects' servers: cognito-local for Cognito, oauth2-mock-server for the password grant
 * of OAuth 2.0. Differences from the providers' documents are not tested: cognito-local's refusals have other names than Cognito's, and
 * oauth2-mock-server does not check passwords.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { OAuth2Server } from "oauth2-mock-server";
import { loadConfig } from "../../../packages/kit/src/config.ts";
import { createTokenVerifier } from "../../../packages/kit/src/container/verify-token.ts";
import { findSignInPage } from "../../../packages/kit/src/docs/sign-in-page.ts";
import { createIdentityProvider } from "../../../packages/kit/src/identity/create-identity-provider.ts";
import { createLog } from "../../../packages/kit/src/log.ts";

const log = createLog(() => {});
const EMAIL = "admin@example.com";
const PASSWORD = "Not-secret-1";

describe("Cognito's token client at cognito-local", () => {
  let folder: string;
  let child: ChildProcess;
  let url: string;
  let poolId: string;
  let clientId: string;

  async function cognito(operation: string, input: object) {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const answer = JSON.parse((await response.text()) || "{}");
    assert.equal(response.status, 200, `${operation}: ${JSON.stringify(answer)}`);
    return answer;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cognito-local-"));
    const port = await freePort();
    const program = fileURLToPath(new URL("../node_modules/cognito-local/lib/bin/start.js", import.meta.url));
    const environment = { ...process.env, HOST: "127.0.0.1", PORT: String(port) };
    child = spawn(process.execPath, [program], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(child.stdout);
    for await (const line of createInterface(child.stdout)) if (/running on/i.test(line)) break;
    url = `http://127.0.0.1:${port}`;
    poolId = (await cognito("CreateUserPool", { PoolName: "orders", UsernameAttributes: ["email"] })).UserPool
      .Id;
    const client = { UserPoolId: poolId, ClientName: "api" };
    clientId = (await cognito("CreateUserPoolClient", client)).UserPoolClient.ClientId;
    const user = { UserPoolId: poolId, Username: EMAIL };
    const attributes = [{ Name: "email", Value: EMAIL }];
    await cognito("AdminCreateUser", { ...user, MessageAction: "SUPPRESS", UserAttributes: attributes });
    await cognito("AdminSetUserPassword", { ...user, Password: PASSWORD, Permanent: true });
    await cognito("CreateGroup", { UserPoolId: poolId, GroupName: "ADMINS" });
    await cognito("AdminAddUserToGroup", { ...user, GroupName: "ADMINS" });
  });
  after(async () => {
    child.kill();
    await once(child, "exit");
    await rm(folder, { recursive: true });
  });

  const config = () =>
    loadConfig({
      RUNTIME: "CONTAINERIZED",
      IDENTITY_PROVIDER: "cognito",
      COGNITO_CLIENT_ID: clientId,
      COGNITO_URL: url,
      // Its tokens name this port, whatever it listens on.
      JWT_ISSUER: `http://127.0.0.1:9229/${poolId}`,
      JWT_ISSUER_JWKS_URI: `${url}/${poolId}/.well-known/jwks.json`,
    });

  it("signs in and renews, and the token is one that the container lets in, with its groups", async () => {
    const provider = createIdentityProvider(config());
    const first = await provider.signIn(EMAIL, PASSWORD);
    const second = await provider.refresh(String(first.RefreshToken));
    const [issuer] = new Set([first, second].map(({ access_token: token }) => claimsOf(token).iss));
    const verify = createTokenVerifier({ ...config().jwt, issuer: String(issuer), log });
    for (const { access_token: token, token_type: type } of [first, second]) {
      const claims = await verify(`Bearer ${token}`);
      assert.deepEqual([type, claims["cognito:groups"], claims.token_use], ["bearer", ["ADMINS"], "access"]);
    }
  });

  it("treats a refusal with a name that Cognito does not have as an unusable answer", async () => {
    const wrong = createIdentityProvider(config()).signIn(EMAIL, "wrong");
    await assert.rejects(wrong, ({ code }: { code?: string }) => code === "001502");
  });
});

describe("the password grant's token client at oauth2-mock-server", () => {
  const server = new OAuth2Server();
  let issuer: string;
  before(async () => {
    await server.issuer.keys.generate("RS256");
    await server.start(0, "127.0.0.1");
    issuer = String(server.issuer.url);
    server.service.on("beforeTokenSigning", (token) => {
      Object.assign(token.payload, { aud: "my-api", groups: ["ADMINS"] });
    });
  });
  after(() => server.stop());

  const config = () =>
    loadConfig({
      RUNTIME: "CONTAINERIZED",
      IDENTITY_PROVIDER: "oidc",
      JWT_ISSUER: issuer,
      JWT_AUTHORIZED_AUDIENCES: "my-api",
      AUTH_ENDPOINTS: "on",
      OIDC_CLIENT_ID: "client",
    });

  it("finds endpoint and keys in the discovery document, signs in and renews, and its tokens are let in", async () => {
    const provider = createIdentityProvider(config());
    const first = await provider.signIn(EMAIL, PASSWORD);
    const second = await provider.refresh(String(first.refresh_token));
    const verify = createTokenVerifier({ ...config().jwt, log });
    for (const { access_token: token, token_type: type } of [first, second]) {
      const { groups, iss } = await verify(`Bearer ${token}`);
      assert.deepEqual([type, groups, iss], ["bearer", ["ADMINS"], issuer]);
    }
  });

  it("takes what the server refuses for a refusal, whatever its status", async () => {
    for (const status of [400, 401, 403]) {
      server.service.once("beforeResponse", (response) => {
        response.statusCode = status;
        response.body = { error: "invalid_grant", error_description: "Wrong email or password." };
      });
      const refused = createIdentityProvider(config()).signIn(EMAIL, "wrong");
      await assert.rejects(refused, ({ code }: { code?: string }) => code === "002401");
    }
  });

  it("has a sign-in page for the docs, where the document says", async () => {
    const page = await findSignInPage(config());
    assert.deepEqual([page?.authorizationUrl, page?.tokenUrl], [`${issuer}/authorize`, `${issuer}/token`]);
  });
});

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

/** cognito-local takes no 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}
