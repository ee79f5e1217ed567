/// <reference path="../../../../../.sst/platform/config.d.ts" />
/** A table, a queue, a bucket, a topic and cron jobs, as an owner creates them. With a boundary there is no network. */
import type { OwnInfra } from "../../../src/components/index.ts";

export function ownInfra(): OwnInfra {
  const orders = new sst.aws.Dynamo("Orders", {
    fields: { orderId: "string" },
    primaryIndex: { hashKey: "orderId" },
    stream: "new-image",
  });
  const mails = new sst.aws.Queue("Mails");
  const invoices = new sst.aws.Bucket("Invoices");
  const shipped = new sst.aws.SnsTopic("Shipped");
  const vpc = process.env.PERMISSIONS_BOUNDARY_ARN ? undefined : new sst.aws.Vpc("Network");

  return {
    link: [orders],
    permissions: [
      { actions: ["sqs:SendMessage"], resources: [mails.arn] },
      { actions: ["s3:PutObject"], resources: [$interpolate`${invoices.arn}/*`] },
      { actions: ["sns:Publish"], resources: [shipped.arn] },
    ],
    environment: { ORDERS_TABLE: orders.name, MAILS_QUEUE: mails.url },
    ...(vpc && { vpc }),
    jobs: (api) => {
      mails.subscribe(api.job("send-mails", { link: [orders] }));
      shipped.subscribe("Announce", api.job("announce"));
      orders.subscribe("Index", api.job("index-orders", { timeoutSeconds: 30 }));
      invoices.notify({ notifications: [{ name: "Check", function: api.job("check-invoices") }] });
      new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: api.job("clean-up") });
      // The same job a second time.
      new sst.aws.CronV2("Weekly", {
        schedule: "rate(7 days)",
        function: api.job("clean-up", { link: [orders] }),
      });
      new sst.aws.Cron("Hourly", { schedule: "rate(1 hour)", job: api.job("report") });
    },
  };
}
