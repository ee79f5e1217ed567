/** What the routes of the docs pages share. The files themselves are in `files.ts`, loaded on demand. */
import type { Zod } from "../route/define-route.ts";

const HTML = "text/html; charset=utf-8";

export function pageRequest(z: Zod) {
  return {
    headers: z.object({
      "accept-encoding": z.string().optional(),
      "if-none-match": z.string().optional(),
    }),
  };
}

export function assetRequest(z: Zod) {
  return {
    ...pageRequest(z),
    query: z.object({
      v: z.string().optional().meta({
        description: "The version of the file. Caches may store the current version.",
      }),
    }),
  };
}

export function pageResponses(z: Zod) {
  return {
    200: { description: "The page.", contentType: HTML, schema: bytes(z) },
    304: unchanged(z),
  };
}

export function assetResponses(z: Zod) {
  return {
    200: {
      description: "The file.",
      contentType: "text/javascript; charset=utf-8",
      schema: bytes(z),
      alternatives: { "text/css; charset=utf-8": bytes(z), "image/svg+xml": bytes(z), [HTML]: bytes(z) },
    },
    304: unchanged(z),
  };
}

function bytes(z: Zod) {
  return z.instanceof(Uint8Array<ArrayBufferLike>).meta({ type: "string", format: "binary" });
}

function unchanged(z: Zod) {
  return { description: "The caller already has the current file.", schema: z.undefined() };
}
