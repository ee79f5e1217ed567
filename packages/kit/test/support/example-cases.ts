/** Requests to the API of the guides' examples, and the status that each must get on every target. */
import { createHmac } from "node:crypto";
import { api } from "../../examples/src/api.ts";
import type { ParityCase } from "../../src/testing/parity-suite.ts";
import type { TestIssuer } from "../../src/testing/test-issuer.ts";
import { PNG } from "./probe-routes.ts";

const EVENT = '{ "id": "evt_1", "type": "payment.paid", "note": "Größe 5 💡" }\n';

function signature(
  body: string | Uint8Array,
  secondsAgo = 0,
  secret: string = api.settings.WEBHOOK_SECRET.example,
) {
  const time = Math.floor(Date.now() / 1000) - secondsAgo;
  const hmac = createHmac("sha256", secret).update(`${time}.`).update(body).digest("hex");
  return `t=${time},v1=${"0".repeat(64)},v1=${hmac}`;
}

const event = (body: string | Uint8Array, stripeSignature: string, contentType = "application/json") => ({
  method: "POST",
  path: "/v1/payments/events",
  headers: { "content-type": contentType, "stripe-signature": stripeSignature },
  body,
});

const staff = (
  issuer: TestIssuer,
  method: string,
  path: string,
  contentType: string,
  body: string | Uint8Array,
) => ({
  method,
  path,
  headers: { authorization: issuer.bearer(["STAFF"]), "content-type": contentType },
  body,
});

/** A form with a photo of the given size, none of which is text. */
const photo = (bytes: number, type = "image/png") =>
  Buffer.concat([
    Buffer.from(
      `--cut\r\ncontent-disposition: form-data; name="photo"; filename="Grüße 写真.png"\r\ncontent-type: ${type}\r\n\r\n`,
    ),
    PNG,
    Buffer.alloc(bytes - PNG.length, 0xff),
    Buffer.from("\r\n--cut--\r\n"),
  ]);
const FORM = "multipart/form-data; boundary=cut";
const PHOTO = "/v1/products/tea/photo";

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: "GET",
  path,
  headers,
});

export const exampleCases: readonly ParityCase[] = [
  {
    title: "lists of a query, in each form",
    status: 200,
    request: () => get("/v1/products?tag=kitchen&tag=a,b&sku[]=cup&sku%5B%5D=teapot&sort=price,sku"),
  },
  { title: "a list that is wrong", status: 400, request: () => get("/v1/products?sort=price,colour") },
  {
    title: "an entity tag that is another",
    status: 200,
    request: () => get("/v1/products", { "if-none-match": '"other", W/"more"' }),
  },
  { title: "any entity tag", status: 304, request: () => get("/v1/products", { "if-none-match": "*" }) },
  { title: "a stream", status: 200, request: () => get("/v1/products/export?copies=100") },
  {
    title: "a stream, for a caller who takes compression",
    status: 200,
    request: () => get("/v1/products/export?copies=100", { "accept-encoding": "gzip" }),
  },
  {
    title: "HEAD of a stream",
    status: 200,
    statusBehindGateway: 404,
    request: () => ({ method: "HEAD", path: "/v1/products/export" }),
  },
  {
    title: "a file with a name in German",
    status: 200,
    request: () => get("/v1/products/caf%C3%A9%20%22x%22/label"),
  },
  { title: "a redirect", status: 302, request: () => get("/v1/products/newest") },
  {
    title: "cookies",
    status: 200,
    request: () => get("/v1/session", { cookie: "other=%zz; session=a%20b; theme=dark" }),
  },
  {
    title: "a cookie that is wrong",
    status: 400,
    request: () => get("/v1/session", { cookie: "theme=pink" }),
  },
  { title: "no cookies", status: 200, request: () => get("/v1/session") },
  {
    title: "a cookie that is deleted",
    status: 204,
    request: () => ({ method: "DELETE", path: "/v1/session" }),
  },
  { title: "a signed event", status: 204, request: () => event(EVENT, signature(EVENT)) },
  {
    title: "an event signed with other whitespace",
    status: 401,
    request: () => event(EVENT, signature(EVENT.trim())),
  },
  { title: "an event that is too old", status: 401, request: () => event(EVENT, signature(EVENT, 301)) },
  {
    title: "an event that is signed with another secret",
    status: 401,
    request: () => event(EVENT, signature(EVENT, 0, "whsec_other")),
  },
  { title: "an event with half a signature", status: 401, request: () => event(EVENT, "t=1,v1=00") },
  {
    title: "a signed event of bytes that are not UTF-8",
    status: 400,
    request: () => event(Buffer.from('{"id":"ä"}', "latin1"), signature(Buffer.from('{"id":"ä"}', "latin1"))),
  },
  {
    title: "a signed event of another type",
    status: 415,
    request: () => event(EVENT, signature(EVENT), "text/plain"),
  },
  {
    title: "products, one a line",
    status: 200,
    request: (issuer) =>
      staff(
        issuer,
        "POST",
        "/v1/products/import",
        "application/x-ndjson",
        '{"sku":"tea","price":3}\n{"sku":"Kräuter","price":4}\n',
      ),
  },
  {
    title: "a line that is wrong",
    status: 400,
    request: (issuer) =>
      staff(
        issuer,
        "POST",
        "/v1/products/import",
        "application/x-ndjson",
        '{"sku":"tea","price":3}\n{"sku":"tea"}\n',
      ),
  },
  {
    title: "a photo with a name in many languages",
    status: 200,
    request: (issuer) => staff(issuer, "PUT", PHOTO, FORM, photo(100_000)),
  },
  {
    title: "a photo that is larger than a file may be",
    status: 400,
    request: (issuer) => staff(issuer, "PUT", PHOTO, FORM, photo(2_000_001)),
  },
  {
    title: "a form that is larger than a body may be",
    status: 413,
    request: (issuer) => staff(issuer, "PUT", PHOTO, FORM, photo(3_000_001)),
  },
  {
    title: "a photo of another type",
    status: 400,
    request: (issuer) => staff(issuer, "PUT", PHOTO, FORM, photo(100, "image/svg+xml")),
  },
];
