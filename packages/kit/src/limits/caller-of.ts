import type { Request } from "express";
import { principalOf } from "../request/request-context.ts";
import { networkOf } from "./network-of.ts";

/**
 * Says who calls: the signed-in caller or the machine, and where there is none the address, of IPv6 its /64. They are told
 * apart, because a subject may look like an address.
 */
export function callerOf(request: Request): string {
  const subject = principalOf(request)?.subject;
  return subject === undefined ? `address ${networkOf(request.ip ?? "")}` : `subject ${subject}`;
}
