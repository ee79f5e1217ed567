import type { Request } from "express";
import { principalOf } from "../request/request-context.ts";
import { clientAddress } from "../request/trusted-proxies.ts";
import { networkOf } from "./network-of.ts";

/**
 * Identifies the caller: the signed-in caller or the machine, otherwise the address (for IPv6, its /64). The
 * kinds are kept apart, because a subject may look like an address.
 */
export function callerOf(request: Request): string {
  const subject = principalOf(request)?.subject;
  return subject === undefined ? `address ${networkOf(clientAddress(request))}` : `subject ${subject}`;
}
