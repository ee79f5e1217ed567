import type { RouteLoaders } from "../api.ts";

/** The options that all docs endpoints share. */
export interface DocsOptions {
  /** The path above them, without a trailing slash: `/v1`. */
  readonly prefix: string;
}

/**
 * The endpoints that describe the API, below a prefix: its root (links, and in a browser the landing page),
 * its OpenAPI document (`openapi.json`, `swagger.json`), Swagger UI (`docs`) and ReDoc (`redoc`).
 */
export function docsRoutes(options: DocsOptions): RouteLoaders {
  const { prefix } = options;
  return {
    [`GET ${prefix}/`]: async () => (await import("./routes/get-root.ts")).getRoot(options),
    [`GET ${prefix}/openapi.json`]: async () => (await import("./routes/get-openapi.ts")).getOpenapi(options),
    [`GET ${prefix}/swagger.json`]: async () => (await import("./routes/get-swagger.ts")).getSwagger(options),
    [`GET ${prefix}/docs`]: async () => (await import("./routes/get-docs.ts")).getDocs(options),
    [`GET ${prefix}/docs/{asset}`]: async () =>
      (await import("./routes/get-docs-asset.ts")).getDocsAsset(options),
    [`GET ${prefix}/redoc`]: async () => (await import("./routes/get-redoc.ts")).getRedoc(options),
    [`GET ${prefix}/redoc/{asset}`]: async () =>
      (await import("./routes/get-redoc-asset.ts")).getRedocAsset(options),
  };
}
