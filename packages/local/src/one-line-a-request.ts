/** The terminal's default output: one short line per request, and the API's own lines. */

/** Lambda's own lines of each invocation. */
const OF_LAMBDA = /^(INIT_START|START RequestId:|END RequestId:|REPORT RequestId:) /;

interface AccessLine {
  readonly request: { readonly requestId: string };
  readonly http: { readonly httpMethod: string; readonly path: string };
  readonly response: { readonly status: string; readonly responseLatency: string };
}

/** Wraps `print` to hide Lambda's own lines and shorten the access log's lines of either runtime. */
export function oneLineARequest(print: (line: string) => void): (line: string) => void {
  return (line) => {
    if (OF_LAMBDA.test(line)) return;
    const access = readAccessLine(line);
    print(access ? short(access) : line);
  };
}

function short({ request, http, response }: AccessLine): string {
  const { status, responseLatency } = response;
  return `${http.httpMethod} ${http.path} ${status} ${responseLatency} ms ${request.requestId}`;
}

function readAccessLine(line: string): AccessLine | undefined {
  if (!line.startsWith('{"request":{"requestId":')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
