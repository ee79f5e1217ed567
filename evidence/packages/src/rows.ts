/** The table. */
import { data } from "./deeds/data.ts";
import { databases } from "./deeds/databases.ts";
import { documents } from "./deeds/documents.ts";
import { secrets } from "./deeds/secrets.ts";
import { services } from "./deeds/services.ts";
import { telemetry } from "./deeds/telemetry.ts";
import type { Row } from "./row.ts";

/** By the package's name. A row takes the module that it has loaded itself. */
export const rows = {
  ...databases,
  ...services,
  ...telemetry,
  ...documents,
  ...secrets,
  ...data,
} as unknown as Readonly<Record<string, Row<unknown>>>;
