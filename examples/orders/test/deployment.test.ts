/** What `sst deploy` would create for this API, and everything that each part of it may do on AWS. */
import { api } from "../src/api.ts";

// As in a project, whose tests run in its folder.
process.chdir(`${import.meta.dirname}/..`);
const { deploymentSuite } = await import("@lambda-express-api/infra/testing");

const RECEIVE = [
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ReceiveMessage",
];

deploymentSuite({
  api,
  rights: {
    Api: [
      "dynamodb:GetItem,dynamodb:PutItem,dynamodb:UpdateItem on table/OrdersTable",
      "dynamodb:Query on table/OrdersTable/index/by-customer",
      "dynamodb:GetItem on table/ApiKeysTable",
      "dynamodb:GetItem,dynamodb:PutItem,dynamodb:UpdateItem,dynamodb:DeleteItem on table/SharedTable",
      "sqs:SendMessage on ShipmentsQueue",
    ],
    PackOrders: [
      "dynamodb:UpdateItem on table/OrdersTable",
      `${RECEIVE.map((verb) => `sqs:${verb}`)} on ShipmentsQueue`,
    ],
    CloseDay: ["dynamodb:Scan,dynamodb:PutItem on table/OrdersTable"],
  },
});
