/** What the terminal shows of a request, where nothing else is asked for: one short line, and what the API itself has written. */

/** Lambda's own lines of each invocation. */
const OF_LAMBDA = /^(INIT_START|START RequestId:|END RequestId:|REPORT RequestId:) /;

interface AccessLine {
  readonly request: { readonly requestId: string };
  readonly http: { readonly httpMethod: string; readonly path: string };
  readonly response: { readonly status: string; readonly responseLatency: string };
}

/** Makes of `print` one that leaves Lambda's own lines out, and shortens those of the access log, whichever runtime wrote them. */
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
