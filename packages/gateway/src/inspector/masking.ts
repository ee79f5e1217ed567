// Takes secrets out of what the inspector shows: by the name of a field, and whatever looks like a JSON Web Token.

const mask = "***";

const secretNames =
  "password|token|access_token|accessToken|id_token|idToken|refresh_token|refreshToken|client_secret|clientSecret";

const jsonField = new RegExp(String.raw`("(?:${secretNames})"\s*:\s*")(?:[^"\\]|\\.)*`, "gi");
const formField = new RegExp(String.raw`((?:^|[&?\s])(?:${secretNames})=)[^&\s]*`, "gi");
const multipartField = new RegExp(
  String.raw`(name="?(?:${secretNames})"?(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*`,
  "gi",
);
// `ey` is how every base64url of a JSON object begins.
const jsonWebToken = /\bey[\w-]{4,}\.[\w-]+\.?[\w-]*/g;

const secretHeaders = new Set(["authorization", "proxy-authorization", "x-api-key"]);
const secretParameter = new RegExp(`^(?:${secretNames})$`, "i");

/** For bodies, paths and query strings of any kind. */
export function maskText(text: string): string {
  return text
    .replace(jsonField, `$1${mask}`)
    .replace(multipartField, `$1${mask}`)
    .replace(formField, `$1${mask}`)
    .replace(jsonWebToken, mask);
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
  return secretParameter.test(name) ? mask : maskText(value);
}

/** For every string inside of a value. */
export function maskDeep<Value>(value: Value): Value {
  if (typeof value === "string") return maskText(value) as Value;
  if (Array.isArray(value)) return value.map(maskDeep) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item)])) as Value;
}
