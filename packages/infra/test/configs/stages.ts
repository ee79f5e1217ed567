import type { Stages } from "../../src/stages.ts";
import type { api } from "../fixtures/api/src/api.ts";

export const stages: Stages<typeof api> = {
  written: {
    MEMORY_MEGABYTES: 1024,
    THROTTLE_RATE: 7,
    PERMANENT: "on",
    TAGS: ["team=orders"],
    CATALOGUE_URL: "https://catalogue.example.com",
    AUTH_ENDPOINTS: "off",
    CORS_ALLOW_ORIGINS: ["https://app.example.com"],
  },
};
