import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;

/**
 * Whether a webhook has a valid signature in Stripe's format: `t=<seconds>,v1=<HMAC>`, with one `v1` for each
 * current secret. Rejects signatures that are more than five minutes old, so that an intercepted event cannot be
 * replayed later.
 */
export function isSigned(body: Uint8Array, header: string, secret: string, nowSeconds: number): boolean {
  const parts = header.split(",").map((part) => part.trim());
  const [time = ""] = parts.filter((part) => part.startsWith("t=")).map((part) => part.slice(2));
  if (!/^\d{1,12}$/.test(time) || Math.abs(nowSeconds - Number(time)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac("sha256", secret).update(`${time}.`).update(body).digest();
  return parts
    .filter((part) => /^v1=[0-9a-f]{64}$/.test(part))
    .some((part) => timingSafeEqual(Buffer.from(part.slice(3), "hex"), expected));
}
