// Verifies who signed a request for a route with AWS_IAM: Signature Version 4, computed again and compared
// (docs/behaviour.md §4.5). Loaded only if an API has such a route, because the signer is a package that
// nothing else here needs.

import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from "node:crypto";
import type { Authorize, Verdict } from "./authorizer.ts";
import { ConfigurationError } from "./configuration-error.ts";
import type { IamContext } from "./event.ts";
import { gatewayErrors } from "./gateway-error.ts";
import { type AwsCaller, accountIdOf, type HttpApi, regionOf } from "./http-api.ts";
import type { HttpRequest } from "./http-request.ts";
import { decodeQueryString } from "./query-string.ts";

const service = "execute-api";
/** How far the time of signing may be from now, in both directions. */
const validMilliseconds = 5 * 60_000;

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([\w-]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;.!#$%&'*+^`|~-]+), ?Signature=([0-9a-f]{64})$/;
const datePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

interface Signature {
  accessKeyId: string;
  /** The day, the Region and the service. */
  scope: readonly [day: string, region: string, service: string];
  signedHeaders: readonly string[];
  value: string;
}

type Signer = (caller: AwsCaller, request: HttpRequest, signature: Signature, at: Date) => Promise<string>;

/** Why a request is refused. The caller only gets 403. */
class SignatureError extends Error {}

/**
 * Makes the authorizer of an API's routes with AWS_IAM. It does not know the caller's policies: a caller that
 * the description lists may call all of these routes.
 *
 * Throws a ConfigurationError if the signer is not installed.
 */
export async function createAwsAuthorizer(api: HttpApi, now: () => number): Promise<Authorize> {
  const sign = await createSigner(regionOf(api));
  const callers = new Map((api.awsCallers ?? []).map((caller) => [caller.accessKeyId, caller]));

  return async (request): Promise<Verdict> => {
    try {
      const caller = await signerOf(request);
      return { allowed: true, iam: iamContext(caller, accountIdOf(api)) };
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      return { allowed: false, error: gatewayErrors.forbidden, reason: error.message };
    }
  };

  async function signerOf(request: HttpRequest): Promise<AwsCaller> {
    const signature = readSignature(request.headers.get("authorization") ?? "");
    const caller = callers.get(signature.accessKeyId);
    if (!caller) throw new SignatureError("unknown access key");
    const at = readDate(request, signature, now());
    const expectedScope = [at.text.slice(0, 8), regionOf(api), service];
    if (signature.scope.join("/") !== expectedScope.join("/"))
      throw new SignatureError(`the credential is not for ${expectedScope.join("/")}`);
    checkSignedHeaders(request, signature.signedHeaders);
    if ((request.headers.get("x-amz-security-token") ?? undefined) !== caller.sessionToken)
      throw new SignatureError("the session token is not the caller's");
    checkBodyHash(request);
    const expected = await sign(caller, request, signature, at.date);
    if (!timingSafeEqual(Buffer.from(expected, "hex"), Buffer.from(signature.value, "hex")))
      throw new SignatureError("the signature does not match");
    return caller;
  }
}

function readSignature(authorization: string): Signature {
  if (authorization === "") throw new SignatureError("no signature");
  const [matched, accessKeyId = "", day = "", region = "", name = "", headers = "", value = ""] =
    authorizationPattern.exec(authorization) ?? [];
  if (!matched) throw new SignatureError("the Authorization header is not a signature of version 4");
  return { accessKeyId, scope: [day, region, name], signedHeaders: headers.split(";"), value };
}

function readDate(request: HttpRequest, { signedHeaders }: Signature, now: number) {
  const text = request.headers.get("x-amz-date") ?? "";
  const [matched, ...parts] = datePattern.exec(text) ?? [];
  const [year = "", month = "", day = "", hours = "", minutes = "", seconds = ""] = parts;
  const date = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  if (!matched || Number.isNaN(date.getTime()) || !signedHeaders.includes("x-amz-date"))
    throw new SignatureError("no signed x-amz-date");
  if (Math.abs(now - date.getTime()) > validMilliseconds)
    throw new SignatureError("signed more than five minutes ago, or by a clock that is ahead");
  return { text, date };
}

/** The host and all headers for AWS must be signed. */
function checkSignedHeaders({ headers }: HttpRequest, signed: readonly string[]): void {
  const demanded = [...headers.keys()].filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = demanded.find((name) => !signed.includes(name));
  if (unsigned !== undefined) throw new SignatureError(`the header ${unsigned} is not signed`);
  const isSorted = signed.every((name, index) => index === 0 || (signed[index - 1] ?? "") < name);
  if (!isSorted || signed.includes("authorization") || signed.some((name) => !headers.has(name)))
    throw new SignatureError("the signed headers do not match the request");
}

/** The signer trusts this header, so it is compared with the body here. */
function checkBodyHash({ headers, body }: HttpRequest): void {
  const claimed = headers.get("x-amz-content-sha256");
  if (claimed !== undefined && claimed !== createHash("sha256").update(body).digest("hex"))
    throw new SignatureError("x-amz-content-sha256 is not the hash of the body");
}

/** Node's hashes in the form that the signer takes. */
export class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret));
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error("A hash can be used only once");
  }
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === "string") return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}

async function createSigner(region: string): Promise<Signer> {
  const { SignatureV4 } = await import("@smithy/signature-v4").catch(() => {
    throw new ConfigurationError(
      "A route with AWS_IAM needs a package that is not installed; run: npm install --save-dev @smithy/signature-v4",
    );
  });
  return async (caller, { method, path, rawQueryString, headers, body }, { signedHeaders }, at) => {
    const signer = new SignatureV4({
      service,
      region,
      credentials: {
        accessKeyId: caller.accessKeyId,
        secretAccessKey: caller.secretAccessKey,
        ...(caller.sessionToken !== undefined && { sessionToken: caller.sessionToken }),
      },
      sha256: Sha256,
      applyChecksum: false,
    });
    const request = {
      method,
      protocol: "https:",
      hostname: "",
      path,
      query: Object.fromEntries(decodeQueryString(rawQueryString)),
      headers: Object.fromEntries(signedHeaders.map((name) => [name, headers.get(name) ?? ""])),
      body,
    };
    const options = { signingDate: at, signableHeaders: new Set(signedHeaders) };
    const { headers: signed } = await signer.sign(request, options);
    return signed.authorization?.slice(-64) ?? "";
  };
}

function iamContext({ accessKeyId, userArn }: AwsCaller, ownAccountId: string): IamContext {
  const [, , , , accountId = ownAccountId, resource = ""] = userArn.split(":");
  const session = resource.startsWith("assumed-role/") ? `:${resource.split("/").at(-1)}` : "";
  const userId = `${session === "" ? "AIDA" : "AROA"}${accessKeyId.slice(4)}${session}`;
  return {
    accessKey: accessKeyId,
    accountId,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn,
    userId,
  };
}
