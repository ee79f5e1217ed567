import type { Stages } from "@lambda-express-api/infra/stages.ts";
import type { api } from "./packages/api/src/api.ts";

export const stages: Stages<typeof api> = {
  staging: { DOMAIN_NAME: "api.staging.example.com" },
  production: {
    DOMAIN_NAME: "api.example.com",
    MEMORY_MEGABYTES: 1024,
    THROTTLE_RATE: 500,
    CORS_ALLOW_ORIGINS: ["https://app.example.com"],
  },
};
