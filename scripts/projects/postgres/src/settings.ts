import { matching } from "@lambda-express-api/kit";

export const settings = {
  DATABASE_URL: {
    description: "The database of the orders.",
    rule: "a PostgreSQL URL",
    example: "postgres://orders:secret@127.0.0.1:5432/orders",
    secret: true,
    parse: matching(/^postgres:\/\/\S+$/),
  },
} as const;
