import type { StandIns } from "../ports.ts";
import { row } from "../row.ts";

const aws = ({ http }: StandIns) => ({
  endpoint: `http://127.0.0.1:${http}`,
  region: "eu-west-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});

export const services = {
  "@aws-sdk/client-dynamodb": row(
    () => import("@aws-sdk/client-dynamodb"),
    async ({ DynamoDBClient, GetItemCommand }, at) => {
      const client = new DynamoDBClient(aws(at));
      const { Item } = await client.send(
        new GetItemCommand({ TableName: "orders", Key: { id: { S: "1" } } }),
      );
      return [Item, DynamoDBClient.name];
    },
  ),
  "@aws-sdk/client-s3": row(
    () => import("@aws-sdk/client-s3"),
    async ({ S3Client, GetObjectCommand }, at) => {
      const client = new S3Client({ ...aws(at), forcePathStyle: true });
      const { Body } = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "key" }));
      return Body?.transformToString();
    },
  ),
  "@aws-sdk/client-sqs": row(
    () => import("@aws-sdk/client-sqs"),
    async ({ SQSClient, SendMessageCommand }, at) => {
      const client = new SQSClient(aws(at));
      const { MessageId } = await client.send(
        new SendMessageCommand({ QueueUrl: `http://127.0.0.1:${at.http}/queue`, MessageBody: "hello" }),
      );
      return MessageId;
    },
  ),
  stripe: row(
    () => import("stripe"),
    async ({ default: Stripe }, { http }) => {
      const client = new Stripe("sk_test_1", {
        host: "127.0.0.1",
        port: http,
        protocol: "http",
        telemetry: false,
      });
      const { id } = await client.customers.retrieve("cus_1");
      return [id, Stripe.errors.StripeCardError.name];
    },
  ),
  nodemailer: row(
    () => import("nodemailer"),
    async ({ createTransport }, { smtp }) => {
      const transport = createTransport({ host: "127.0.0.1", port: smtp, secure: false, ignoreTLS: true });
      const { accepted, response } = await transport.sendMail({
        from: "a@example.com",
        to: "b@example.com",
        subject: "Hi",
        text: "Hello",
      });
      return [accepted, response];
    },
  ),
  axios: row(
    () => import("axios"),
    async ({ default: axios, AxiosError }, { http }) => {
      const { data } = await axios.get(`http://127.0.0.1:${http}/axios`);
      return [data, AxiosError.name];
    },
  ),
  undici: row(
    () => import("undici"),
    async ({ request, Agent }, { http }) => {
      const dispatcher = new Agent();
      const { body } = await request(`http://127.0.0.1:${http}/undici`, { dispatcher });
      const answer = await body.json();
      await dispatcher.close();
      return answer;
    },
  ),
};
