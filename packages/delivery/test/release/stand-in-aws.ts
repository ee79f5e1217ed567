/**
 * A stand-in for AWS in memory and on loopback: the parts of Lambda, S3 and CodeDeploy that a release calls, in their real
 * protocols. It keeps versions, aliases, weights and revision ids as Lambda does, runs uploaded packages, moves callers as
 * CodeDeploy does, enforces statements, and fails on request.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { matchesGlob } from "node:path";
import type { PermissionStatement } from "../../src/release/permissions.ts";
import type { PackageRunner } from "./run-package.ts";
import { createStandInCodeDeploy, type StandInDeployment } from "./stand-in-code-deploy.ts";

export const FUNCTION_NAME = "fixture-api-test-Api";
export const BUCKET = "my-releases";
export const FUNCTION_ARN = `arn:aws:lambda:eu-west-1:123456789012:function:${FUNCTION_NAME}`;
export const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;

/** A call to the stand-in. */
export interface SeenCall {
  /** The action, as a policy names it. */
  readonly action: string;
  readonly resource: string;
}

/** What happens to a call instead of its answer. */
export type Fault =
  | "access denied"
  | "throttled"
  | "error 500"
  | "connection reset"
  /** The call succeeds, but its answer is lost. */
  | "answer lost"
  | "answer withheld";

export interface FaultPlan {
  /** The index of the call, from 0. The SDK's retries count too. */
  readonly call: number;
  readonly fault: Fault;
  /** Default: 1. */
  readonly times?: number;
}

export interface StandInAlias {
  version: string;
  weights: Record<string, number>;
}

interface Version {
  readonly zip: Uint8Array;
  readonly codeSha256: string;
  readonly environment: Record<string, string>;
  readonly revisionId: string;
  /** How often it must be read before it is ready. */
  pending: number;
}

export interface StandInOptions {
  readonly runner: PackageRunner;
  readonly permissions: readonly PermissionStatement[];
  readonly environment: Record<string, string>;
  /** The code of the existing versions, starting with version 1. */
  readonly versions: readonly Uint8Array[];
  readonly aliasVersion: string;
  /** Whether a release has moved callers to it. Default: yes. */
  readonly isReleased?: boolean;
  /** Whether updates take time, counted in reads, as at AWS. Default: yes. */
  readonly takesTime?: boolean;
}

export interface StandInAws {
  readonly url: string;
  readonly calls: readonly SeenCall[];
  /** The other rights that AWS checks for these calls. */
  readonly alsoAsked: readonly SeenCall[];
  readonly alias: Readonly<StandInAlias>;
  /** Invocations by version number, which only a check makes. */
  readonly checked: readonly { readonly version: string; readonly path: string; readonly status: number }[];
  readonly objects: ReadonlyMap<string, { readonly body: Uint8Array; readonly sha256: string | undefined }>;
  versions(): readonly string[];
  packageOf(version: string): Uint8Array;
  readonly architectures: readonly string[];
  failAt(...plans: readonly FaultPlan[]): void;
  /** Called after each change of the alias or the function. */
  onChange(listener: () => Promise<void>): void;
  /** Called before each call, which waits for it. */
  onCall(listener: (index: number) => Promise<void>): void;
  /** Called for a call whose answer is withheld. */
  onWithheld(listener: () => void): void;
  readonly deployments: readonly StandInDeployment[];
  /** Sets the state of the deployment group's alarms. */
  setAlarm(isOn: boolean): void;
  /** Lets AWS continue its work. */
  advance(): Promise<void>;
  /** Changes the function's configuration and publishes it, as SST does in a deployment. */
  configure(environment: Record<string, string>): string;
  moveAlias(alias: Partial<StandInAlias>): void;
  deleteVersion(version: string): void;
  /** Calls every version that callers can get. */
  callThroughAlias(event: object): Promise<readonly { readonly version: string; readonly status: number }[]>;
  close(): Promise<void>;
}

export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

type Service = "lambda" | "s3" | "codedeploy";

interface Request {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const LAMBDA_PATH = "/2015-03-31/functions/";

export async function startStandInAws(options: StandInOptions): Promise<StandInAws> {
  const { runner, permissions, takesTime = true } = options;
  const looksUntilUpdated = takesTime ? 2 : 0;
  const looksUntilActive = takesTime ? 1 : 0;
  let revisions = 0;
  const newRevision = () => `revision-${++revisions}`;
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");
  const versionOf = (zip: Uint8Array, environment: Record<string, string>, pending = 0): Version => ({
    zip,
    codeSha256: sha256(zip),
    environment,
    revisionId: newRevision(),
    pending,
  });

  const versions = new Map<string, Version>();
  for (const [index, zip] of options.versions.entries())
    versions.set(String(index + 1), versionOf(zip, options.environment));
  const newest = options.versions.at(-1) ?? new Uint8Array();
  let highest = options.versions.length;
  const latest = {
    zip: newest,
    environment: options.environment,
    revisionId: newRevision(),
    pending: 0,
    hasChanged: false,
    architectures: ["arm64"],
  };
  const alias: StandInAlias = { version: options.aliasVersion, weights: {} };
  const objects = new Map<string, { body: Uint8Array; sha256: string | undefined }>();
  const calls: SeenCall[] = [];
  const alsoAsked: SeenCall[] = [];
  const checked: { version: string; path: string; status: number }[] = [];
  let plans: { call: number; fault: Fault; left: number }[] = [];
  let onChange: () => Promise<void> = async () => {};
  let onCall: (index: number) => Promise<void> = async () => {};
  let onWithheld: () => void = () => {};
  const codeDeploy = createStandInCodeDeploy(alias, find, () => onChange());
  if (options.isReleased !== false) codeDeploy.remember("1", alias.version);

  function find(version: string): Version {
    const found = versions.get(version);
    if (found) return found;
    throw new Refused(404, "ResourceNotFoundException", `Function not found: ${FUNCTION_ARN}:${version}`);
  }

  function demandRevision(asked: unknown, present: string): void {
    if (asked !== undefined && asked !== present) {
      throw new Refused(
        412,
        "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId",
      );
    }
  }

  function publish(): string {
    if (!latest.hasChanged && versions.has(String(highest))) return String(highest);
    highest += 1;
    versions.set(String(highest), versionOf(latest.zip, latest.environment, looksUntilActive));
    latest.hasChanged = false;
    // AWS does not promise to keep it, so the release must not rely on it.
    latest.revisionId = newRevision();
    return String(highest);
  }

  function configurationOf(version: string, { codeSha256, environment, revisionId, pending }: Version) {
    return {
      FunctionName: FUNCTION_NAME,
      FunctionArn: `${FUNCTION_ARN}:${version}`,
      Version: version,
      CodeSha256: codeSha256,
      RevisionId: revisionId,
      Environment: { Variables: environment },
      Architectures: latest.architectures,
      State: pending > 0 ? "Pending" : "Active",
      LastUpdateStatus: "Successful",
    };
  }

  function latestConfiguration() {
    return {
      ...configurationOf("$LATEST", { ...latest, codeSha256: sha256(latest.zip), pending: 0 }),
      LastUpdateStatus: latest.pending > 0 ? "InProgress" : "Successful",
    };
  }

  async function invoke(version: string, payload: string) {
    const { zip, environment, pending } = find(version);
    if (pending > 0)
      throw new Refused(
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
      );
    const invocation = await runner.invoke(zip, environment, payload);
    const answer = invocation.outcome === "returned" ? JSON.parse(invocation.payload) : undefined;
    return { invocation, status: typeof answer?.statusCode === "number" ? answer.statusCode : 0 };
  }

  /** REST-JSON, API reference of AWS Lambda. */
  async function answerLambda({ method, path, query, body }: Request): Promise<Reply> {
    const [name = "", operation = "", detail] = path.slice(LAMBDA_PATH.length).split("/");
    if (name !== FUNCTION_NAME)
      throw new Refused(
        404,
        "ResourceNotFoundException",
        `Function not found: ${FUNCTION_ARN.replace(FUNCTION_NAME, name)}`,
      );
    const qualifier = query.get("Qualifier") ?? undefined;
    const input = operation === "invocations" || body.length === 0 ? {} : JSON.parse(body.toString());
    const json = (value: object, status = 200): Reply => ({ status, body: JSON.stringify(value) });

    switch (`${method} ${operation}`) {
      case "GET configuration": {
        if (qualifier === undefined) {
          const told = latestConfiguration();
          // The end of an update is a separate revision.
          if (latest.pending > 0 && --latest.pending === 0) latest.revisionId = newRevision();
          return json(told);
        }
        const version = find(qualifier);
        const told = configurationOf(qualifier, version);
        if (version.pending > 0) version.pending -= 1;
        return json(told);
      }
      case "PUT code": {
        demandRevision(input.RevisionId, latest.revisionId);
        if (latest.pending > 0)
          throw new Refused(
            409,
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource",
          );
        const object = objects.get(`${input.S3Bucket}/${input.S3Key}`);
        if (!object)
          throw new Refused(
            400,
            "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: NoSuchKey.",
          );
        Object.assign(latest, {
          zip: object.body,
          revisionId: newRevision(),
          pending: looksUntilUpdated,
          hasChanged: true,
          architectures: input.Architectures ?? ["x86_64"],
        });
        await onChange();
        return json(latestConfiguration());
      }
      case "POST versions": {
        demandRevision(input.RevisionId, latest.revisionId);
        if (latest.pending > 0)
          throw new Refused(
            409,
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource",
          );
        if (input.CodeSha256 !== undefined && input.CodeSha256 !== sha256(latest.zip)) {
          throw new Refused(
            400,
            "InvalidParameterValueException",
            `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST`,
          );
        }
        const version = publish();
        await onChange();
        return json(configurationOf(version, find(version)), 201);
      }
      case "GET aliases":
        return json(describeAlias(detail));
      case "POST invocations": {
        const version = qualifier === undefined || qualifier === "latest" ? alias.version : qualifier;
        const { invocation, status } = await invoke(version, body.toString());
        if (qualifier === version) {
          const path = JSON.parse(body.toString()).requestContext?.http?.path ?? "";
          checked.push({ version, path, status });
        }
        const headers = { "x-amz-executed-version": version };
        if (invocation.outcome === "returned") return { status: 200, headers, body: invocation.payload };
        const failure =
          invocation.outcome === "failed" ? invocation : { errorType: "Throttled", errorMessage: "" };
        const { errorType, errorMessage } = failure;
        return {
          ...json({ errorType, errorMessage }),
          headers: { ...headers, "x-amz-function-error": "Unhandled" },
        };
      }
      default:
        throw new Refused(400, "UnknownOperationException", `${method} ${path}`);
    }
  }

  function describeAlias(name: string | undefined) {
    if (name !== "latest")
      throw new Refused(404, "ResourceNotFoundException", `Cannot find alias arn: ${FUNCTION_ARN}:${name}`);
    const { version, weights } = alias;
    return {
      AliasArn: `${FUNCTION_ARN}:latest`,
      Name: "latest",
      FunctionVersion: version,
      ...(Object.keys(weights).length > 0 && { RoutingConfig: { AdditionalVersionWeights: weights } }),
    };
  }

  /** REST-XML, API reference of Amazon S3. */
  function answerS3({ method, path, headers, body }: Request): Reply {
    const name = decodeURIComponent(path.slice(1));
    if (method === "PUT") {
      const sha = headers["x-amz-checksum-sha256"];
      const bytes = /aws-chunked/.test(headers["content-encoding"] ?? "") ? unchunk(body) : body;
      if (sha !== undefined && sha !== sha256(bytes))
        throw new Refused(
          400,
          "BadDigest",
          "The SHA256 you specified did not match the calculated checksum.",
        );
      objects.set(name, { body: bytes, sha256: typeof sha === "string" ? sha : undefined });
      return { status: 200, body: "", headers: { etag: '"etag"' } };
    }
    const object = objects.get(name);
    // As for a caller who may not list the bucket.
    if (!object) throw new Refused(403, "AccessDenied", "Access Denied");
    const wantsChecksum = headers["x-amz-checksum-mode"] === "ENABLED" && object.sha256 !== undefined;
    return {
      status: 200,
      body: "",
      headers: {
        "content-length": String(object.body.length),
        ...(wantsChecksum && { "x-amz-checksum-sha256": object.sha256 ?? "" }),
      },
    };
  }

  async function answer(request: Request): Promise<Reply> {
    if (request.service === "s3") return answerS3(request);
    if (request.service === "lambda") return await answerLambda(request);
    const input = JSON.parse(request.body.toString());
    const output = await codeDeploy.answer(operationOf(request), input);
    if (!takesTime) await codeDeploy.advance();
    return { status: 200, body: JSON.stringify(output) };
  }

  async function respond(request: Request, response: ServerResponse): Promise<void> {
    const seen = asPolicyNames(request);
    const index = calls.push(seen) - 1;
    await onCall(index);
    const plan = plans.find(({ call, left }) => index >= call && left > 0);
    if (plan) plan.left -= 1;
    let reply: Reply;
    try {
      if (plan?.fault === "connection reset") return void response.socket?.destroy();
      if (plan?.fault === "throttled") throw throttling(request.service);
      if (plan?.fault === "error 500") throw new Refused(500, "InternalFailure", "Something went wrong");
      if (plan?.fault === "access denied" || !isAllowed(permissions, seen))
        throw accessDenied(request.service, seen);
      for (const other of alsoAsks(request)) {
        alsoAsked.push(other);
        if (!isAllowed(permissions, other)) throw accessDenied(request.service, other);
      }
      // Lambda fetches the package with the caller's rights.
      if (seen.action === "lambda:UpdateFunctionCode") {
        const { S3Bucket, S3Key } = JSON.parse(request.body.toString());
        const fetched = { action: "s3:GetObject", resource: `arn:aws:s3:::${S3Bucket}/${S3Key}` };
        if (!isAllowed(permissions, fetched)) {
          throw new Refused(
            403,
            "AccessDeniedException",
            `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${S3Bucket}/${S3Key}. S3 Error Code: AccessDenied.`,
          );
        }
      }
      reply = await answer(request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply = refusalOf(request, error);
    }
    if (plan?.fault === "answer lost") return void response.socket?.destroy();
    if (plan?.fault === "answer withheld") return onWithheld();
    const headers = {
      "content-type": CONTENT_TYPES[request.service],
      "x-amzn-requestid": "request",
      ...reply.headers,
    };
    response.writeHead(reply.status, headers).end(request.method === "HEAD" ? undefined : reply.body);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    // Signature Version 4 names its service.
    const service = /Credential=[^/]+\/\d{8}\/[\w-]+\/(lambda|s3|codedeploy)\/aws4_request/.exec(
      request.headers.authorization ?? "",
    )?.[1] as Service | undefined;
    if (!service)
      return void response
        .writeHead(403, { "x-amzn-errortype": "MissingAuthenticationTokenException" })
        .end("{}");
    await respond(
      {
        service,
        method: request.method ?? "",
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks),
      },
      response,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    alsoAsked,
    alias,
    checked,
    objects,
    versions: () => [...versions.keys()],
    get architectures() {
      return latest.architectures;
    },
    packageOf: (version) => find(version).zip,
    failAt(...wanted) {
      plans = wanted.map(({ call, fault, times = 1 }) => ({ call, fault, left: times }));
    },
    onChange(listener) {
      onChange = listener;
    },
    onCall(listener) {
      onCall = listener;
    },
    onWithheld(listener) {
      onWithheld = listener;
    },
    deployments: codeDeploy.deployments,
    setAlarm: codeDeploy.setAlarm,
    advance: codeDeploy.advance,
    configure(environment) {
      Object.assign(latest, { environment, revisionId: newRevision(), hasChanged: true });
      const version = publish();
      find(version).pending = 0;
      return version;
    },
    moveAlias(to) {
      Object.assign(alias, to);
    },
    deleteVersion: (version) => void versions.delete(version),
    async callThroughAlias(event) {
      const reachable = [alias.version, ...Object.keys(alias.weights)];
      return Promise.all(
        reachable.map(async (version) => ({
          version,
          status: (await invoke(version, JSON.stringify(event))).status,
        })),
      );
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

const CONTENT_TYPES: Record<Service, string> = {
  lambda: "application/json",
  s3: "application/xml",
  codedeploy: "application/x-amz-json-1.1",
};

/** The requests of a call, as policies name them. A call to CodeDeploy has several. */
function alsoAsks(request: Request): readonly SeenCall[] {
  if (request.service !== "codedeploy" || operationOf(request) !== "CreateDeployment") return [];
  const { deploymentConfigName = "CodeDeployDefault.LambdaAllAtOnce", overrideAlarmConfiguration } =
    JSON.parse(request.body.toString());
  const arn = (resource: string) => `${CODE_DEPLOY_ARN}:${resource}`;
  return [
    { action: "codedeploy:GetDeploymentConfig", resource: arn(`deploymentconfig:${deploymentConfigName}`) },
    { action: "codedeploy:RegisterApplicationRevision", resource: arn(`application:${FUNCTION_NAME}`) },
    ...(overrideAlarmConfiguration
      ? [
          {
            action: "codedeploy:UpdateDeploymentGroup",
            resource: arn(`deploymentgroup:${FUNCTION_NAME}/latest`),
          },
        ]
      : []),
  ];
}

const CODE_DEPLOY_ARN = "arn:aws:codedeploy:eu-west-1:123456789012";

/** AWS JSON 1.1, API reference of CodeDeploy. */
function operationOf({ headers }: Request): string {
  return String(headers["x-amz-target"]).replace("CodeDeploy_20141006.", "");
}

function asPolicyNames(request: Request): SeenCall {
  const { service, method, path, query } = request;
  if (service === "codedeploy") {
    const operation = operationOf(request);
    const { applicationName = FUNCTION_NAME, deploymentGroupName = "latest" } = JSON.parse(
      request.body.toString(),
    );
    const group = `${CODE_DEPLOY_ARN}:deploymentgroup:${applicationName}/${deploymentGroupName}`;
    // StopDeployment supports no resource.
    return { action: `codedeploy:${operation}`, resource: operation === "StopDeployment" ? "*" : group };
  }
  if (service === "s3")
    return {
      action: method === "PUT" ? "s3:PutObject" : "s3:GetObject",
      resource: `arn:aws:s3:::${decodeURIComponent(path.slice(1))}`,
    };
  const [name = "", operation = ""] = path.slice(LAMBDA_PATH.length).split("/");
  const actions: Record<string, string> = {
    "GET configuration": "lambda:GetFunctionConfiguration",
    "PUT code": "lambda:UpdateFunctionCode",
    "POST versions": "lambda:PublishVersion",
    "GET aliases": "lambda:GetAlias",
    "POST invocations": "lambda:InvokeFunction",
  };
  const qualifier = query.get("Qualifier");
  return {
    action: actions[`${method} ${operation}`] ?? `lambda:${method} ${operation}`,
    resource: `${FUNCTION_ARN.replace(FUNCTION_NAME, name)}${qualifier ? `:${qualifier}` : ""}`,
  };
}

function isAllowed(statements: readonly PermissionStatement[], { action, resource }: SeenCall): boolean {
  return statements.some(
    ({ actions, resources }) =>
      actions.includes(action) &&
      resources.some((pattern) => pattern === "*" || matchesGlob(resource, pattern)),
  );
}

function accessDenied(service: Service, { action, resource }: SeenCall): Refused {
  const message = `User: arn:aws:iam::123456789012:user/you is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  return service === "s3"
    ? new Refused(403, "AccessDenied", "Access Denied")
    : new Refused(service === "lambda" ? 403 : 400, "AccessDeniedException", message);
}

function throttling(service: Service): Refused {
  if (service === "s3") return new Refused(503, "SlowDown", "Please reduce your request rate.");
  return service === "lambda"
    ? new Refused(429, "TooManyRequestsException", "Rate exceeded")
    : new Refused(400, "ThrottlingException", "Rate exceeded");
}

function refusalOf({ service }: Request, { status, code, message }: Refused): Reply {
  if (service === "s3")
    return {
      status,
      body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    };
  if (service === "lambda")
    return {
      status,
      headers: { "x-amzn-errortype": code },
      body: JSON.stringify({ Type: "User", Message: message, message }),
    };
  return { status, body: JSON.stringify({ __type: `com.amazonaws.codedeploy#${code}`, message }) };
}

/** Removes the frames of `aws-chunked` (Signature Version 4, "Transferring payload in chunks"). */
function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let offset = 0; ; ) {
    const end = body.indexOf("\r\n", offset);
    const length = Number.parseInt(body.subarray(offset, end).toString(), 16);
    if (!length) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + length));
    offset = end + 2 + length + 2;
  }
}
