/** Signs a test's request as the AWS SDK would, with Signature Version 4 for API Gateway. */
import type { AwsCaller } from "@lambda-express-api/gateway";
import { Sha256 } from "@lambda-express-api/gateway/aws-signature.ts";
import { SignatureV4 } from "@smithy/signature-v4";

export interface RequestToSign {
  readonly method: string;
  /** The path as sent, with its query. */
  readonly path: string;
  /** Must include `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** @returns the headers and the signature. */
export async function signForAws(
  { method, path, headers, body }: RequestToSign,
  { userArn: _, ...credentials }: AwsCaller,
  region: string,
): Promise<Record<string, string>> {
  const { pathname, searchParams } = new URL(path, "http://host");
  const query: Record<string, string[]> = {};
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
  const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
  const request = {
    protocol: "https:",
    hostname: "",
    method,
    path: pathname,
    query,
    headers: { ...headers },
  };
  return (await signer.sign({ ...request, body })).headers;
}
