import { matching } from "@lambda-express-api/kit";

export const settings = {
  DATABASE_URL: {
    description: "Where the notes are.",
    rule: "a PostgreSQL URL",
    example: "postgres://notes:secret@127.0.0.1:1/notes",
    secret: true,
    parse: matching(/^postgres:\/\/\S+$/),
  },
} as const;
