import { service } from "@lambda-express-api/kit";
import pg from "pg";
import { settings } from "./settings.ts";

const database = service({
  settings,
  create: ({ config }) => new pg.Pool({ connectionString: config.settings.DATABASE_URL }),
  close: (pool) => pool.end(),
});

export const services = { database };
