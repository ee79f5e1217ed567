/**
 * A stand-in for AWS, in memory and on loopback: the parts of SSM, S3 and AppSync that `sst` calls before and after a
 * deployment. It answers unknown requests with an error and records them.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface StandInAws {
  readonly url: string;
  /** The objects of every bucket, by `/bucket/key`. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Requests without a defined answer. */
  readonly unanswered: readonly string[];
  /** All calls to SSM and S3, as a policy names them: an action and a resource. */
  readonly asked: readonly { readonly action: string; readonly resource: string }[];
  close(): Promise<void>;
}

const BOOTSTRAP = {
  // Higher than any version that `sst` knows, so that it sets nothing up.
  version: 999,
  asset: "sst-asset",
  state: "sst-state",
  assetEcrRegistryId: "123456789012",
  assetEcrUrl: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sst-asset",
};
const APPSYNC_API = {
  apiId: "appsync",
  name: "sst",
  dns: { HTTP: "appsync.example.com", REALTIME: "appsync-realtime.example.com" },
};

interface Reply {
  readonly status: number;
  readonly body: string | Buffer;
  readonly contentType: string;
}

/** @param kept the objects of an earlier run. */
export async function startStandInAws(kept: ReadonlyMap<string, Buffer> = new Map()): Promise<StandInAws> {
  const objects = new Map(kept);
  const parameters = new Map([["/sst/bootstrap", JSON.stringify(BOOTSTRAP)]]);
  const unanswered: string[] = [];
  const asked: { action: string; resource: string }[] = [];

  const json = (status: number, body: unknown): Reply => ({
    status,
    body: JSON.stringify(body),
    contentType: "application/x-amz-json-1.1",
  });
  const xml = (status: number, body: string): Reply => ({ status, body, contentType: "application/xml" });

  function answerSsm(operation: string, { Name, Value }: { Name: string; Value?: string }): Reply {
    asked.push({ action: `ssm:${operation}`, resource: `parameter${Name}` });
    if (operation === "PutParameter") {
      parameters.set(Name, Value ?? "");
      return json(200, { Version: 1 });
    }
    const value = parameters.get(Name);
    return value === undefined
      ? json(400, { __type: "ParameterNotFound", message: Name })
      : json(200, { Parameter: { Name, Type: "String", Value: value } });
  }

  function answerS3(method: string, key: string, body: Buffer): Reply {
    const verb = { GET: "Get", HEAD: "Get", PUT: "Put", DELETE: "Delete" }[method] ?? method;
    asked.push({ action: `s3:${verb}Object`, resource: key.slice(1) });
    if (method === "PUT") {
      objects.set(key, body);
      return xml(200, "");
    }
    if (method === "DELETE") {
      objects.delete(key);
      return xml(204, "");
    }
    const object = objects.get(key);
    return object
      ? { status: 200, body: object, contentType: "application/json" }
      : xml(404, "<Error><Code>NoSuchKey</Code><Message>It does not exist.</Message></Error>");
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", headers } = request;
      const path = (request.url ?? "").replace(/\?.*/, "");
      const body = Buffer.concat(chunks);
      const target = String(headers["x-amz-target"] ?? "");
      let reply: Reply;
      if (target.startsWith("AmazonSSM.")) {
        reply = answerSsm(target.slice("AmazonSSM.".length), JSON.parse(body.toString()));
      } else if (path === "/v2/apis") reply = json(200, { apis: [APPSYNC_API] });
      else if (path === `/v2/apis/${APPSYNC_API.apiId}`) reply = json(200, { api: APPSYNC_API });
      else if (path.startsWith(`/${BOOTSTRAP.state}/`) || path.startsWith(`/${BOOTSTRAP.asset}/`)) {
        reply = answerS3(method, path, body);
      } else {
        unanswered.push(`${method} ${path} ${target}`);
        reply = json(400, { __type: "UnknownOperation", message: `${method} ${path} ${target}` });
      }
      response.writeHead(reply.status, { "content-type": reply.contentType }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    unanswered,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
