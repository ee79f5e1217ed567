/** Who makes the records of a domain. */
import type { DnsSettings } from "../settings.ts";

export type Dns = ReturnType<typeof sst.aws.dns> | ReturnType<typeof sst.cloudflare.dns>;

/**
 * Gives SST's adapter for the zone, or `undefined` where somebody else makes the records. At Cloudflare the record of
 * the API is proxied; set the zone's SSL mode to "Full (strict)".
 */
export function dnsOf({ provider, zoneId }: DnsSettings): Dns | undefined {
  const zone = zoneId === undefined ? {} : { zone: zoneId };
  if (provider === "route53") return sst.aws.dns(zone);
  if (provider === "cloudflare") return sst.cloudflare.dns({ ...zone, proxy: true });
  return undefined;
}
