import { service } from "@lambda-express-api/kit";
import pg from "pg";
import { settings } from "./settings.ts";

const database = service({
  settings,
  create: ({ config, log }) => {
    const pool = new pg.Pool({ connectionString: config.settings.DATABASE_URL });
    pool.on("error", (error) => log.warn("lost an idle database connection", { error }));
    return pool;
  },
  close: (pool) => pool.end(),
});

export const services = { database };
