import { service } from "@lambda-express-api/kit";
import { settings } from "./settings.ts";

const database = service({
  settings,
  create: async ({ config, log }) => {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: config.settings.DATABASE_URL });
    pool.on("error", (error) => log.warn("lost an idle database connection", { error }));
    return pool;
  },
  close: (pool) => pool.end(),
});

export const services = { database };
