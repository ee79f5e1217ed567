/**
 * The behaviour of the endpoints, in the container and behind the local gateway, with tables in this process.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import {
  createTestApiKeys,
  serverTarget,
  startTestIssuer,
  type Target,
  type TestIssuer,
} from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import supertest from "supertest";
import { type LocalAws, startLocalAws } from "../local/aws.ts";
import { api } from "../src/api.ts";
import { apiKeyStore } from "../src/api-key-store.ts";
import { GROUPS_CLAIM } from "../src/groups.ts";

const LINES = [{ article: "teapot", quantity: 2, unitCents: 2500 }];

for (const [where, start] of [
  ["in the container", serverTarget],
  ["in Lambda, behind the local gateway", gatewayTarget({ through: "stage" })],
] as const)
  describe(`orders, ${where}`, () => {
    let aws: LocalAws;
    let issuer: TestIssuer;
    let target: Target;
    let app = "";
    let isQueueDown = false;
    const refuse = () => {
      if (isQueueDown) throw new Error("The queue is down");
    };
    before(async () => {
      [aws, issuer] = await Promise.all([startLocalAws(refuse), startTestIssuer()]);
      target = await start({ api, issuer, environment: aws.environment });
      app = target.baseUrl ?? "";
    });
    after(async () => {
      await target.close();
      await Promise.all([aws.close(), issuer.close()]);
    });

    const as = (sub: string, groups: readonly string[] = []) =>
      issuer.bearer(undefined, { sub, [GROUPS_CLAIM]: groups });
    const staff = () => as("sam", ["STAFF"]);
    const place = async (customer: string) => {
      const call = supertest(app).post("/v1/orders").set("authorization", as(customer));
      const { status, body, headers } = await call.send({ lines: LINES });
      assert.equal(status, 201, JSON.stringify(body));
      return { orderId: String(body.orderId), etag: String(headers.etag) };
    };
    const get = (path: string, who: string) => supertest(app).get(path).set("authorization", who);
    const pay = (orderId: string, who: string, key: string = crypto.randomUUID(), cents = 5000) =>
      supertest(app)
        .post(`/v1/orders/${orderId}/payments`)
        .set({ authorization: who, "idempotency-key": key })
        .send({ cents });
    const statusOf = async (orderId: string) => (await get(`/v2/orders/${orderId}`, staff())).body.status;

    it("an order is visible to its customer and to staff; others get 404", async () => {
      const { orderId } = await place("alice");
      for (const [who, expected] of [
        [as("alice"), 200],
        [staff(), 200],
        [as("bob"), 404],
      ] as const) {
        const { status, body } = await get(`/v2/orders/${orderId}`, who);
        assert.equal(status, expected);
        if (status === 200) assert.deepEqual(body.total, { cents: 5000, currency: "EUR" });
        else assert.equal(body.error.code, "100404");
      }
    });

    it("the first version of an endpoint says when it ends, and what replaces it", async () => {
      const { orderId } = await place("alice");
      const { body, headers } = await get(`/v1/orders/${orderId}`, as("alice"));
      assert.equal(body.totalCents, 5000);
      assert.equal(headers.sunset, "Wed, 31 Mar 2027 00:00:00 GMT");
      assert.match(String(headers.link), new RegExp(`/v2/orders/${orderId}>; rel="successor-version"`));
    });

    it("pages of a list have each order once, the newest first, and never another customer's", async () => {
      const placed: string[] = [];
      for (let order = 0; order < 5; order++) placed.unshift((await place("carol")).orderId);
      const listed: string[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ limit: "2", customer: "alice", ...(cursor && { cursor }) });
        const { body } = await get(`/v1/orders?${query}`, as("carol"));
        listed.push(...body.orders.map(({ orderId }: { orderId: string }) => orderId));
        cursor = body.next;
      } while (cursor);
      assert.deepEqual(new Set(listed), new Set(placed));
      assert.equal(listed.length, placed.length);
      const { body } = await get("/v1/orders?customer=carol&status=paid", staff());
      assert.deepEqual(body.orders, []);
    });

    it("a cursor that this API has not made is refused", async () => {
      const { status, body } = await get("/v1/orders?cursor=bm9uc2Vuc2U", as("carol"));
      assert.deepEqual([status, body.error.fields[0].name], [400, "cursor"]);
    });

    it("the second of two changes to the same version is refused", async () => {
      const { orderId, etag } = await place("alice");
      const change = (note: string) =>
        supertest(app)
          .patch(`/v1/orders/${orderId}`)
          .set({ authorization: as("alice"), "if-match": etag })
          .send({ note });
      const answers = await Promise.all([change("blue"), change("red")]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
      const won = answers.find(({ status }) => status === 200);
      const { body, headers } = await get(`/v2/orders/${orderId}`, as("alice"));
      assert.deepEqual([body.note, headers.etag], [won?.body.note, '"2"']);
    });

    it("an expired order is gone at once, even while the table still has it", async () => {
      const { orderId } = await place("dora");
      const { body } = await get(`/v1/orders/${orderId}`, as("dora"));
      const expired = { ...body, version: 1, expiresAt: Math.floor(Date.now() / 1000) - 1 };
      await aws.database.send(new PutCommand({ TableName: "orders", Item: expired }));
      assert.equal((await get(`/v2/orders/${orderId}`, as("dora"))).status, 404);
      assert.deepEqual((await get("/v1/orders", as("dora"))).body.orders, []);
      assert.equal((await pay(orderId, as("dora"))).status, 404);
    });

    it("a repeated payment is taken once, and sent to the queue once", async () => {
      const { orderId } = await place("alice");
      const [key, before] = [crypto.randomUUID(), aws.messages.length];
      const first = await pay(orderId, as("alice"), key);
      const again = await pay(orderId, as("alice"), key);
      assert.equal(first.status, 201, JSON.stringify(first.body));
      assert.deepEqual([again.body, again.headers["idempotent-replayed"]], [first.body, "true"]);
      assert.equal((await pay(orderId, as("alice"))).body.error.code, "100409");
      assert.deepEqual(aws.messages.slice(before), [JSON.stringify({ orderId })]);
    });

    it("a payment that could not be sent to the queue is completed by the caller's next attempt, and by no other", async () => {
      const { orderId } = await place("alice");
      const [key, before] = [crypto.randomUUID(), aws.messages.length];
      isQueueDown = true;
      const first = await pay(orderId, as("alice"), key);
      isQueueDown = false;
      assert.equal(first.status, 500);
      assert.equal((await pay(orderId, as("alice"))).status, 409);
      assert.equal((await pay(orderId, as("alice"), key)).status, 201);
      assert.deepEqual(aws.messages.slice(before), [JSON.stringify({ orderId })]);
    });

    it("an event of the payment provider counts only with its signature", async () => {
      const { orderId } = await place("alice");
      await pay(orderId, as("alice"));
      const text = JSON.stringify({ type: "payment.refunded", orderId }, undefined, 1);
      const time = Math.floor(Date.now() / 1000);
      const send = (secret: string) => {
        const signature = createHmac("sha256", secret).update(`${time}.${text}`).digest("hex");
        const headers = {
          "content-type": "application/json",
          "stripe-signature": `t=${time},v1=${signature}`,
        };
        return supertest(app).post("/v1/payments/events").set(headers).send(text);
      };
      assert.equal((await send("whsec_other")).body.error.code, "100401");
      assert.equal(await statusOf(orderId), "paid");
      assert.equal((await send("whsec_example")).status, 204);
      assert.equal(await statusOf(orderId), "refunded");
    });

    it("an invoice is downloaded unchanged, by its customer, and cannot be replaced", async () => {
      const { orderId } = await place("alice");
      const path = `/v1/orders/${orderId}/invoice`;
      const pdf = Buffer.from("%PDF-1.7 \x00\xff");
      const put = (bytes: Buffer) =>
        supertest(app)
          .put(path)
          .set("authorization", staff())
          .attach("invoice", bytes, { filename: "Rechnung für Alice.pdf", contentType: "application/pdf" });
      assert.equal((await get(path, as("alice"))).status, 404);
      assert.equal((await put(Buffer.from("hello"))).status, 400);
      assert.equal((await put(pdf)).status, 204);
      assert.equal((await put(pdf)).body.error.code, "100409");
      const { body, headers } = await get(path, as("alice")).responseType("blob");
      assert.deepEqual(body, pdf);
      assert.match(
        String(headers["content-disposition"]),
        /filename\*=UTF-8''Rechnung%20f%C3%BCr%20Alice\.pdf/,
      );
      assert.equal((await get(path, as("bob"))).status, 404);
    });

    it("a warehouse ships paid orders with its key, and nothing else", async () => {
      const { orderId } = await place("alice");
      const keys = createTestApiKeys();
      const key = keys.issue(["shipments:write"], { subject: "warehouse-7" });
      const [stored] = await keys.store.list();
      assert.ok(stored);
      await apiKeyStore(aws.database, "api-keys").add(stored);
      const ship = () => supertest(app).put(`/v1/warehouse/orders/${orderId}/shipment`).set("x-api-key", key);
      assert.equal((await ship()).body.error.code, "100409");
      await pay(orderId, as("alice"));
      assert.equal((await ship()).status, 204);
      assert.equal(await statusOf(orderId), "shipped");
      await apiKeyStore(aws.database, "api-keys").revoke(stored.prefix, new Date().toISOString());
      assert.equal((await ship()).status, 401);
    });

    it("the old catalogue responds where it is mounted", async () => {
      assert.equal((await supertest(app).get("/v1/catalogue/cup")).body.unitCents, 800);
    });
  });
