import { matching } from "@lambda-express-api/kit";

export const settings = {
  DATABASE_URL: {
    description: "The notes database.",
    rule: "a PostgreSQL URL",
    example: "postgres://notes:secret@127.0.0.1:1/notes",
    secret: true,
    parse: matching(/^postgres:\/\/\S+$/),
  },
  MAILS_QUEUE: {
    description: "The queue of outgoing emails.",
    rule: "an SQS queue URL",
    example: "https://sqs.eu-west-1.amazonaws.com/123456789012/mails",
    fromInfra: true,
    parse: matching(/^https?:\/\/\S+$/),
  },
} as const;
