/** An API that does something with each of the packages. */
import { defineApi } from "@lambda-express-api/kit";

export const api = defineApi({
  name: "packages-evidence",
  version: "0.1.0",
  description: "Does something with popular packages.",
  routes: {
    "GET /health": async () => (await import("./routes/get-health.ts")).getHealth,
    "POST /static": async () => (await import("./routes/use-static.ts")).useStatic,
    "POST /on-demand": async () => (await import("./routes/use-on-demand.ts")).useOnDemand,
  },
});
