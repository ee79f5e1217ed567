/**
 * The AWS calls of a release. Each returns this project's types or throws a ReleaseError. A call that the SDK repeats after a
 * broken connection may have succeeded the first time, so "already exists" is not a failure.
 */
import {
  type Architecture,
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import { type CodeDeploy, connectCodeDeploy } from "./code-deploy.ts";
import { isNamed, isRefusal, refusal } from "./refusals.ts";
import { interference, ReleaseError } from "./release-error.ts";

/** The current state of the function or of a published version. */
export interface FunctionState {
  readonly version: string;
  readonly codeSha256: string;
  readonly revisionId: string;
  readonly isReady: boolean;
  /** Why it failed, if it did. */
  readonly failure: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly architectures: readonly Architecture[];
}

/** The alias, which determines the version that callers get. */
export interface Alias {
  readonly version: string;
  /** Fractions of the calls, by version; the rest go to `version`. */
  readonly weights: Readonly<Record<string, number>>;
}

/** A version's answer: the API's answer, or the runtime's error. */
export type Answer = { readonly statusCode: number } | { readonly failure: string };

/** The clients' options. A test sets the stand-in's endpoint. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly retryStrategy?: NonNullable<LambdaClientConfig["retryStrategy"]>;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface ReleaseAws extends CodeDeploy {
  readonly functionName: string;
  /** @param version a published version; without it, the unpublished one. */
  readFunction(version?: string): Promise<FunctionState>;
  readAlias(): Promise<Alias>;
  /** @returns the object's SHA-256 in base64; `undefined` without a trusted checksum. */
  readPackage(key: string): Promise<string | undefined>;
  writePackage(key: string, zip: Uint8Array, codeSha256: string): Promise<void>;
  /** @param held the function's expected current state. */
  updateCode(key: string, codeSha256: string, held: FunctionState): Promise<void>;
  publish(codeSha256: string, revisionId: string): Promise<FunctionState>;
  invoke(version: string, event: object): Promise<Answer>;
}

/**
 * @param bucket the bucket for packages; `undefined` for commands that upload none.
 * @throws ReleaseError if the SDK cannot be set up.
 */
export function connect(
  functionName: string,
  bucket: string | undefined,
  options: ConnectionOptions = {},
): ReleaseAws {
  const lambda = new LambdaClient(options);
  // A stand-in has no host name for each bucket.
  const forcePathStyle = Boolean(
    options.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL,
  );
  const s3 = new S3Client({ ...options, forcePathStyle });
  const alias = `${functionName}:${ALIAS_NAME}`;
  const FunctionName = functionName;

  /** Makes a call and turns a failure into a message. */
  async function ask<T>(action: string, resource: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isNamed(error, "ResourceNotFoundException")) {
        const isVersion = /:\d+$/.test(resource);
        throw new ReleaseError(
          isVersion
            ? `${resource} no longer exists; choose another version.`
            : `${resource} does not exist in this region and account; deploy the stage with CODE_DELIVERY=pipeline first.`,
        );
      }
      throw refusal(error, action, resource);
    }
  }

  async function readFunction(version?: string): Promise<FunctionState> {
    const configuration = await ask("lambda:GetFunctionConfiguration", withVersion(version), () =>
      lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName, ...(version && { Qualifier: version }) }),
      ),
    );
    return stateOf(configuration);
  }

  async function readAlias(): Promise<Alias> {
    const { FunctionVersion, RoutingConfig } = await ask("lambda:GetAlias", alias, () =>
      lambda.send(new GetAliasCommand({ FunctionName, Name: ALIAS_NAME })),
    );
    return { version: FunctionVersion ?? "", weights: RoutingConfig?.AdditionalVersionWeights ?? {} };
  }

  function withVersion(version: string | undefined): string {
    return version === undefined ? functionName : `${functionName}:${version}`;
  }

  return {
    ...connectCodeDeploy(functionName, options),
    functionName,
    readFunction,
    readAlias,

    async readPackage(Key) {
      try {
        const { ChecksumSHA256 } = await s3.send(
          new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: "ENABLED" }),
        );
        return ChecksumSHA256;
      } catch (error) {
        // Without the right to list the bucket, S3 does not say that an object is missing.
        if (isNamed(error, "NotFound", "NoSuchKey") || isRefusal(error)) return undefined;
        throw refusal(error, "s3:GetObject", `${bucket}/${Key}`);
      }
    },

    async writePackage(Key, Body, ChecksumSHA256) {
      await ask("s3:PutObject", `${bucket}/${Key}`, () =>
        s3.send(
          new PutObjectCommand({ Bucket: bucket, Key, Body, ChecksumSHA256, ContentType: "application/zip" }),
        ),
      );
    },

    async updateCode(S3Key, codeSha256, { revisionId: RevisionId, architectures }) {
      try {
        await lambda.send(
          new UpdateFunctionCodeCommand({
            FunctionName,
            S3Bucket: bucket,
            S3Key,
            RevisionId,
            // Without it, AWS would reset it to x86_64 (API reference, UpdateFunctionCode).
            Architectures: [...architectures],
          }),
        );
      } catch (error) {
        const isLate = isNamed(error, "PreconditionFailedException", "ResourceConflictException");
        if (!isLate) throw refusal(error, "lambda:UpdateFunctionCode", functionName);
        if ((await readFunction()).codeSha256 !== codeSha256) throw interference(`changed ${functionName}`);
      }
    },

    async publish(CodeSha256, revisionId) {
      const publish = (RevisionId: string) =>
        lambda.send(new PublishVersionCommand({ FunctionName, CodeSha256, RevisionId }));
      try {
        try {
          return stateOf(await publish(revisionId));
        } catch (error) {
          if (!isNamed(error, "PreconditionFailedException")) throw error;
          // Already published, or reconfigured since; the published version has this code either way.
          return stateOf(await publish((await readFunction()).revisionId));
        }
      } catch (error) {
        const isOtherCode = /CodeSHA256/i.test(String(error));
        if (isOtherCode || isNamed(error, "PreconditionFailedException"))
          throw interference(`changed ${functionName}`);
        throw refusal(error, "lambda:PublishVersion", functionName);
      }
    },

    async invoke(version, event) {
      const { FunctionError, Payload } = await ask("lambda:InvokeFunction", withVersion(version), () =>
        lambda.send(new InvokeCommand({ FunctionName, Qualifier: version, Payload: JSON.stringify(event) })),
      );
      return answerOf(FunctionError, Payload?.transformToString() ?? "");
    },
  };
}

function stateOf(configuration: FunctionConfiguration): FunctionState {
  const { Version, CodeSha256, RevisionId, State, LastUpdateStatus, Environment } = configuration;
  const failed = State === "Failed" || LastUpdateStatus === "Failed";
  return {
    version: Version ?? "",
    codeSha256: CodeSha256 ?? "",
    revisionId: RevisionId ?? "",
    // An inactive function becomes active when it is called.
    isReady: State !== "Pending" && LastUpdateStatus !== "InProgress",
    failure: failed
      ? (configuration.LastUpdateStatusReason ?? configuration.StateReason ?? "Lambda did not give a reason")
      : undefined,
    environment: Environment?.Variables ?? {},
    architectures: configuration.Architectures ?? [],
  };
}

function answerOf(functionError: string | undefined, payload: string): Answer {
  const value = parse(payload) as
    | { statusCode?: unknown; errorType?: string; errorMessage?: string }
    | undefined;
  if (functionError !== undefined)
    return {
      failure: `${value?.errorType ?? functionError}: ${value?.errorMessage ?? "no message"}`,
    };
  return typeof value?.statusCode === "number"
    ? { statusCode: value.statusCode }
    : { failure: "its response does not have an HTTP API's format" };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
