import type { SignInPage } from "./sign-in-page.ts";

export interface PagePolicyOptions {
  /** Where the page signs in: it exchanges a code there, and must hear from the window that it has opened. */
  readonly signInPage?: SignInPage | undefined;
  readonly more?: readonly string[];
}

/**
 * The content security policy of a page: nothing but this origin's own files, and no script that is written in the page.
 * Styles may be: the libraries make theirs while they run.
 */
export function pagePolicy({
  signInPage,
  more = [],
}: PagePolicyOptions = {}): Readonly<Record<string, string>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self' data:",
      ["connect-src 'self'", ...(signInPage ? [new URL(signInPage.tokenUrl).origin] : [])].join(" "),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      ...more,
    ].join(";"),
    ...(signInPage && { "cross-origin-opener-policy": "same-origin-allow-popups" }),
  };
}
