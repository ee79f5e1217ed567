/**
 * The content security policy of a page: nothing but this origin's own files, and no script that is written in the page.
 * Styles may be: the libraries make theirs while they run.
 */
export function pagePolicy(...more: readonly string[]): Readonly<Record<"content-security-policy", string>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      ...more,
    ].join(";"),
  };
}
