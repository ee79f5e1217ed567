/**
 * The origin at which a caller has reached the API, for links and for curl lines that are pasted into a
 * shell. It comes from the request's host and never from `x-forwarded-host`, which any client may write; and
 * it has only the characters of a host name, so that it is safe in a shell and on a page.
 */
const HOST = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/** @returns the origin, or `undefined` if the host or the protocol is invalid. */
export function requestOrigin(protocol: string | undefined, host: string | undefined): string | undefined {
  const isPlain = (protocol === "http" || protocol === "https") && host !== undefined && HOST.test(host);
  return isPlain ? `${protocol}://${host}` : undefined;
}
