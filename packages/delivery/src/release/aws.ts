/**
 * The calls to AWS that a release is made of, and nothing else. Each answers in this project's words, or throws a
 * ReleaseError. What the SDK repeats after a broken connection may have happened the first time, so a refusal of what
 * already exists is not a failure.
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

/** What the function, or a published version of it, is at this moment. */
export interface FunctionState {
  readonly version: string;
  readonly codeSha256: string;
  readonly revisionId: string;
  readonly isReady: boolean;
  /** Why it will never be. */
  readonly failure: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly architectures: readonly Architecture[];
}

/** Where callers go. */
export interface Alias {
  readonly version: string;
  /** Parts of one, by version; the rest of the calls go to `version`. */
  readonly weights: Readonly<Record<string, number>>;
}

/** What a version answered: an answer of the API, or what its runtime said. */
export type Answer = { readonly statusCode: number } | { readonly failure: string };

/** What the clients are made with; a test says where the stand-in is. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly retryStrategy?: NonNullable<LambdaClientConfig["retryStrategy"]>;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface ReleaseAws extends CodeDeploy {
  readonly functionName: string;
  /** @param version a published one; without it, what is published next. */
  readFunction(version?: string): Promise<FunctionState>;
  readAlias(): Promise<Alias>;
  /** @returns SHA-256 of the object in base64; `undefined` where there is none that can be trusted. */
  readPackage(key: string): Promise<string | undefined>;
  writePackage(key: string, zip: Uint8Array, codeSha256: string): Promise<void>;
  /** @param held what the function is before, and must still be. */
  updateCode(key: string, codeSha256: string, held: FunctionState): Promise<void>;
  publish(codeSha256: string, revisionId: string): Promise<FunctionState>;
  invoke(version: string, event: object): Promise<Answer>;
}

/**
 * @param bucket where packages are; `undefined` for who brings none.
 * @throws ReleaseError where the SDK cannot be set up.
 */
export function connect(
  functionName: string,
  bucket: string | undefined,
  options: ConnectionOptions = {},
): ReleaseAws {
  const lambda = new LambdaClient(options);
  // A stand-in for AWS has no host name for each bucket.
  const forcePathStyle = Boolean(
    options.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL,
  );
  const s3 = new S3Client({ ...options, forcePathStyle });
  const alias = `${functionName}:${ALIAS_NAME}`;
  const FunctionName = functionName;

  /** One call, whose failure is a sentence. */
  async function ask<T>(action: string, resource: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isNamed(error, "ResourceNotFoundException")) {
        const isVersion = /:\d+$/.test(resource);
        throw new ReleaseError(
          isVersion
            ? `There is no ${resource} any more; choose another version.`
            : `There is no ${resource} in this region and account; deploy the stage with CODE_DELIVERY=pipeline first.`,
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
        // Who may not list a bucket is not told that something is missing.
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
            // Left out, it would be x86_64 again (API reference, UpdateFunctionCode).
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
          // Published already, or configured anew: what is published has this code all the same.
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
    // An inactive one wakes when it is called.
    isReady: State !== "Pending" && LastUpdateStatus !== "InProgress",
    failure: failed
      ? (configuration.LastUpdateStatusReason ?? configuration.StateReason ?? "Lambda does not say why")
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
      failure: `${value?.errorType ?? functionError}: ${value?.errorMessage ?? "it does not say why"}`,
    };
  return typeof value?.statusCode === "number"
    ? { statusCode: value.statusCode }
    : { failure: "its answer is not in the form of an HTTP API" };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
