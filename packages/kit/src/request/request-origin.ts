/**
 * The origin under which a caller has reached the API, for links and for curl lines that are pasted into a shell.
 * Made of the host that the request was sent to and never of `x-forwarded-host`, which any client may write; and only
 * of what a host name is made of, so that nothing in it means anything to a shell or to a page.
 */
const HOST = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/** @returns the origin, or `undefined` if the host or the protocol is invalid. */
export function requestOrigin(protocol: string | undefined, host: string | undefined): string | undefined {
  const isPlain = (protocol === "http" || protocol === "https") && host !== undefined && HOST.test(host);
  return isPlain ? `${protocol}://${host}` : undefined;
}
