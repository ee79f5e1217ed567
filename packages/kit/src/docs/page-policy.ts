import type { SignInPage } from "./sign-in-page.ts";

export interface PagePolicyOptions {
  /** Where the page signs in: it exchanges a code there, and gets messages from the window that it opened. */
  readonly signInPage?: SignInPage | undefined;
  readonly more?: readonly string[];
}

/**
 * The content security policy of a page: files of this origin only, and no inline scripts. Inline styles are
 * allowed, because the libraries insert theirs at run time.
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
