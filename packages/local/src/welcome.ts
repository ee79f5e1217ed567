// What a person reads when everything runs. The curl lines are executed by a test.

import { curl, curlForToken } from "./curl.ts";
import { type DemoCaller, demoCallers } from "./identity/demo-callers.ts";
import type { LocalIdentity } from "./identity/local-identity.ts";
import type { Runtime } from "./runtimes/runtime.ts";

export function welcome({
  runtime: { name, baseUrl, inspectorUrl },
  identity,
  docs,
  reload,
  startSeconds,
}: {
  runtime: Pick<Runtime, "name" | "baseUrl" | "inspectorUrl">;
  identity: Pick<LocalIdentity, "name" | "url">;
  /** Whether the API has its docs pages. */
  docs: boolean;
  reload: boolean;
  startSeconds: number;
}): string {
  const { user, admin } = demoCallers;
  const callers = Object.values<DemoCaller>(demoCallers).map(
    ({ email, groups }) => `  ${email.padEnd(20)} ${groups.join(", ") || "no group"}`,
  );
  const isDefault = baseUrl === "http://localhost:3000/express";

  return `
Ready in ${startSeconds.toFixed(1)} s

  API       ${baseUrl} (RUNTIME=${name}${reload ? ", reloads on save" : ""})${
    docs
      ? `
  Page      ${baseUrl}/v1
  Docs      ${baseUrl}/v1/docs (Swagger UI), ${baseUrl}/v1/redoc (ReDoc)`
      : ""
  }${
    inspectorUrl
      ? `
  Inspector ${inspectorUrl} (what the gateway saw)`
      : ""
  }
  Identity  ${identity.url} (${identity.name}, in memory)

Callers, password ${user.password}
${callers.join("\n")}

Try
  ${curl({ url: `${baseUrl}/v1/manage/hc` })}
  ${curl({ url: `${baseUrl}/v1/auth/token`, credentials: user })}
  ${curl({ url: `${baseUrl}/v1/users/whoami`, bearer: curlForToken(baseUrl, user) })}
  ${curl({ url: `${baseUrl}/v1/admin/endpoints`, bearer: curlForToken(baseUrl, admin) })}

See them all answered: npm run demo${isDefault ? "" : ` -- --url ${baseUrl}`}
Stop everything: Ctrl-C
`;
}
