// Removes secrets from what the inspector shows: fields by name, and anything that looks like a JSON Web
// Token.

const mask = "***";

const secretNames =
  "password|token|access_token|accessToken|id_token|idToken|refresh_token|refreshToken|client_secret|clientSecret";

const secretName = new RegExp(`^(?:${secretNames})$`, "i");
const jsonField = new RegExp(String.raw`("(?:${secretNames})"\s*:\s*")(?:[^"\\]|\\.)*`, "gi");
const formField = /((?:^|[&?\s])([^=&?\s]{1,100})=)[^&\s]*/g;
const multipartName = new RegExp(`name="?(?:${secretNames})"?`, "i");
const dottedWord = /[\w.-]+/g;
// The base64url of every JSON object begins with `ey`.
const tokenStart = /\bey[\w-]{4}/;

const secretHeaders = new Set(["authorization", "proxy-authorization", "x-amz-security-token", "x-api-key"]);

/**
 * For bodies, paths and query strings of any kind. Takes time in proportion to the text: no pattern here can
 * begin to match at many places and then look far ahead from each.
 */
export function maskText(text: string): string {
  return maskMultipart(maskJson(text).replace(jsonField, `$1${mask}`))
    .replace(formField, (field, head: string, name: string) =>
      secretName.test(decode(name)) ? `${head}${mask}` : field,
    )
    .replace(dottedWord, maskToken);
}

/** A part whose head names a secret is hidden from its blank line to the next boundary (RFC 2046 §5.1.1). */
function maskMultipart(text: string): string {
  if (!multipartName.test(text)) return text;
  const shown: string[] = [];
  let isSecretHead = false;
  let hidden: string | undefined;
  for (const line of text.split("\n")) {
    const isBoundary = line.startsWith("--");
    if (hidden !== undefined && !isBoundary) {
      hidden = line.endsWith("\r") ? `${mask}\r` : mask;
      continue;
    }
    if (hidden !== undefined) shown.push(hidden);
    hidden = undefined;
    shown.push(line);
    if (line === "" || line === "\r") {
      if (isSecretHead) hidden = mask;
      isSecretHead = false;
    } else {
      isSecretHead = !isBoundary && (isSecretHead || multipartName.test(line));
    }
  }
  if (hidden !== undefined) shown.push(mask);
  return shown.join("\n");
}

/** A JSON Web Token is a segment with the base64url of a JSON object, a second one, and perhaps a third. */
function maskToken(word: string): string {
  const segments = word.split(".");
  const shown: string[] = [];
  for (let index = 0; index < segments.length; index += 1) {
    const segment = segments[index] ?? "";
    const start = segments[index + 1] ? segment.search(tokenStart) : -1;
    if (start === -1) {
      shown.push(segment);
      continue;
    }
    shown.push(segment.slice(0, start) + mask);
    index += 2;
  }
  return shown.join(".");
}

/**
 * A secret's name may be escaped, and its value may be anything; other text, and JSON without a secret, is
 * unchanged.
 */
function maskJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  let hasSecret = false;
  const hide = (name: string, value: unknown) => {
    if (!secretName.test(name)) return value;
    hasSecret = true;
    return mask;
  };
  try {
    const masked = JSON.stringify(JSON.parse(text), hide);
    return hasSecret ? masked : text;
  } catch {
    return text;
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Keeps the scheme of credentials and the name of a cookie. */
export function maskHeader(name: string, value: string): string {
  if (secretHeaders.has(name)) return value.replace(/^((?:bearer|basic) +)?.*$/is, `$1${mask}`);
  if (name === "set-cookie" || name === "cookie") return maskCookie(value);
  return maskText(value);
}

/** `sid=1; HttpOnly` becomes `sid=***; HttpOnly`. */
export function maskCookie(cookie: string): string {
  return cookie.replace(/^([^=;]*=)[^;]*/, `$1${mask}`);
}

export function maskParameter(name: string, value: string): string {
  return secretName.test(name) ? mask : maskText(value);
}

/** Applied to every string inside a value. */
export function maskDeep<Value>(value: Value): Value {
  if (typeof value === "string") return maskText(value) as Value;
  if (Array.isArray(value)) return value.map(maskDeep) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item)])) as Value;
}
