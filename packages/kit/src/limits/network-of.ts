import { isIP } from "node:net";

const MAPPED = /^::ffff:([\d.]+)$/i;
/** `::ffff:cb00:7107`. */
const MAPPED_HEXADECIMAL = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i;
/**
 * The network that identifies a caller: an IPv4 address, or an IPv6 address's /64, which one customer has as
 * a whole (RFC 6177).
 *
 * @returns the unchanged text if it is not an address.
 */
export function networkOf(address: string): string {
  const ipv4 = MAPPED.exec(address)?.[1] ?? fromHexadecimal(address);
  if (ipv4 !== undefined || isIP(address) !== 6) return ipv4 ?? address;
  const [start = "", end] = address.replace(/%.*/, "").split("::");
  const groups = start === "" ? [] : start.split(":");
  const last = end ? end.split(":") : [];
  if (end !== undefined) while (groups.length + last.length < 8) groups.push("0");
  const network = [...groups, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}

function fromHexadecimal(address: string): string | undefined {
  const [, high, low] = MAPPED_HEXADECIMAL.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}
