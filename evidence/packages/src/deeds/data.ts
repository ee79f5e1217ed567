import { row } from "../row.ts";

export const data = {
  zod: row(
    () => import("zod"),
    async ({ z, ZodError }) => {
      const result = z.object({ a: z.coerce.number() }).safeParse({ a: "1" });
      return [result.data, ZodError.name];
    },
  ),
  ajv: row(
    () => import("ajv"),
    async ({ default: Ajv, Ajv: named }) => {
      const check = new Ajv.default({ allErrors: true }).compile({ type: "object", required: ["a", "b"] });
      return [check({}), check.errors?.map(({ message }) => message), named.name];
    },
  ),
  lodash: row(
    () => import("lodash"),
    async ({ default: _ }) => {
      return [
        _.groupBy([1, 2, 3], (n) => n % 2),
        _.chunk([1, 2, 3], 2),
        _.template("Hi <%= name %>")({ name: "Ada" }),
      ];
    },
  ),
  "date-fns": row(
    () => import("date-fns"),
    async ({ format, addDays }) => {
      return format(addDays(new Date(2026, 0, 31), 1), "yyyy-MM-dd EEEE");
    },
  ),
  luxon: row(
    () => import("luxon"),
    async ({ DateTime, Duration }) => {
      return [DateTime.fromISO("2026-01-31", { zone: "utc" }).plus({ days: 1 }).toISODate(), Duration.name];
    },
  ),
};
