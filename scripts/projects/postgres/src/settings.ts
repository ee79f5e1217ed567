import { matching } from "@lambda-express-api/kit";

export const settings = {
  DATABASE_URL: {
    description: "Where the orders are.",
    rule: "a PostgreSQL URL",
    example: "postgres://orders:secret@127.0.0.1:5432/orders",
    secret: true,
    parse: matching(/^postgres:\/\/\S+$/),
  },
} as const;
