/** Turns AWS's errors into plain messages. */
import { ReleaseError } from "./release-error.ts";

/** The fields of the SDK's errors, whatever the service. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined };
}

const UNKNOWN_CALLER =
  /^(CredentialsProviderError|TokenProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|MissingAuthenticationToken\w*|ExpiredToken\w*)$/;

/** Whether an error has this name. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return names.includes((error as SdkError).name ?? "");
}

export function isRefusal(error: unknown): boolean {
  return (
    (error as SdkError).$metadata?.httpStatusCode === 403 ||
    /^AccessDenied/.test((error as SdkError).name ?? "")
  );
}

/**
 * Turns the SDK's error into a message.
 *
 * @param action the call, as a policy names it: `lambda:UpdateAlias`.
 * @param resource the resource of the call.
 */
export function refusal(error: unknown, action: string, resource: string): ReleaseError {
  if (error instanceof ReleaseError) return error;
  const { name = "Error", message = "", code } = error as SdkError;
  const said = (message.split("\n")[0] || code || name).replace(/\.$/, "");
  if (/region is missing/i.test(message))
    return new ReleaseError("The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1.");
  if (UNKNOWN_CALLER.test(name)) {
    return new ReleaseError(
      `AWS does not accept your credentials (${said}); sign in with aws sso login, and set AWS_PROFILE and AWS_REGION, for example AWS_REGION=eu-west-1.`,
    );
  }
  if (isRefusal(error)) {
    return new ReleaseError(
      `You do not have permission to call ${missingAction(message) ?? action} on ${resource}; docs/guides/release.md lists the permissions that a release needs.`,
    );
  }
  return new ReleaseError(`${action} on ${resource} failed: ${name === said ? said : `${name}, ${said}`}.`);
}

/** The action that AWS names: Lambda fetches the package with the caller's rights, and reports S3's refusal. */
function missingAction(message: string): string | undefined {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
  return named ?? (/\bS3\b/.test(message) ? "s3:GetObject" : undefined);
}
