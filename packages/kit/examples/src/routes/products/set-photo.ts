import { createHash } from "node:crypto";
import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const setPhoto = defineRoute({
  operationId: "setPhoto",
  method: "PUT",
  path: "/v1/products/{productId}/photo",
  summary: "Sets a product's photo.",
  consumes: ["multipart/form-data"],
  bodyLimitBytes: 3_000_000,
  request: (z) => ({
    body: z.object({
      photo: z.file().max(2_000_000).mime(["image/png", "image/jpeg"]),
      caption: z.string().max(200).optional(),
    }),
  }),
  responses: (z) => ({
    200: {
      description: "The stored file.",
      schema: z.object({ name: z.string(), type: z.string(), bytes: z.int(), sha256: z.string() }),
    },
  }),
}).handler(
  auth({ groups: ["STAFF"] }, async ({ body: { photo } }) => {
    const bytes = new Uint8Array(await photo.arrayBuffer());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { status: 200, body: { name: photo.name, type: photo.type, bytes: bytes.length, sha256 } };
  }),
);
