/** Which proxies are trusted to name the address that they forward for, and that address. */
import { BlockList, isIP } from "node:net";
import type { Request } from "express";
import type { Config } from "../config.ts";
import { CLOUDFLARE_ADDRESSES } from "./cloudflare-addresses.ts";

/**
 * Returns the value for Express's `trust proxy`, which makes `request.ip` the caller's address.
 *
 * A CDN is trusted only where the peer, after the trusted hops, has one of the CDN's published addresses.
 * Anyone else may send the same header. Cloudflare appends the caller's address to `x-forwarded-for`
 * ("Cloudflare HTTP headers").
 */
export function trustedProxies({
  trustedProxyHops,
  trustedCdn,
}: Pick<Config, "trustedProxyHops" | "trustedCdn">): number | ((address: string, hop: number) => boolean) {
  if (trustedCdn === undefined) return trustedProxyHops;
  const published = blockListOf(CLOUDFLARE_ADDRESSES.ranges);
  return (address, hop) =>
    hop < trustedProxyHops ||
    (hop === trustedProxyHops && isListed(published, clientAddress({ ip: address })));
}

/** `203.0.113.7:40001`, `[2001:db8::1]:443`: some proxies forward the caller's port too. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d*)?$/;

/** The caller's address, without a port; empty once the connection is closed. */
export function clientAddress({ ip = "" }: Pick<Request, "ip">): string {
  const [, ipv6, ipv4] = WITH_PORT.exec(ip) ?? [];
  return ipv6 ?? ipv4 ?? ip;
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), network.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

function isListed(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}
