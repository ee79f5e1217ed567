/** The parity cases, by title, that serverless-http 4 is known to answer differently from a server. */
import type { KnownDifference } from "../../src/testing/targets.ts";

export const serverlessHttpDifferences: Readonly<Record<string, KnownDifference>> = {
  "no body where none is needed": {
    why: "It does not encode the path that the gateway has decoded, so a percent sign makes the URL malformed.",
    status: 500,
    body: /"code":"001500"/,
  },
  "what is encoded twice is decoded once": {
    why: "It does not encode the path that the gateway has decoded, so Express decodes it a second time.",
    status: 201,
    body: /"params":\{"name":"a\/b"\}/,
  },
  bytes: {
    why: "It sends every type as text that its `binary` option does not name, which destroys what is not UTF-8.",
    status: 200,
    body: /^\uFFFDPNG\r\n/,
  },
};
