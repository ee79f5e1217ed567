/** Creates the records of a domain. */
import type { DnsSettings } from "../settings.ts";

export type Dns = ReturnType<typeof sst.aws.dns> | ReturnType<typeof sst.cloudflare.dns>;

/**
 * Returns SST's adapter for the zone, or `undefined` if you create the records yourself. At Cloudflare the API's record is
 * proxied; set the zone's SSL mode to "Full (strict)".
 */
export function dnsOf({ provider, zoneId, override = false }: DnsSettings): Dns | undefined {
  const zone = zoneId === undefined ? {} : { zone: zoneId };
  if (provider === "route53") return sst.aws.dns({ ...zone, ...(override && { override }) });
  if (provider === "cloudflare") {
    // SST would also add CAA records that stop every other authority from issuing for the whole zone (RFC 8659).
    return { ...sst.cloudflare.dns({ ...zone, proxy: true }), createCaa: () => [] };
  }
  return undefined;
}
