/**
 * Sign-in and refresh as Firebase's REST APIs answer them: Identity Toolkit and Secure Token
 * (https://firebase.google.com/docs/reference/rest/auth). `evidence/firebase-emulator` compares the answers with those of
 * the Firebase Auth emulator.
 */
import { parse as parseForm } from "node:querystring";
import type { Account } from "./accounts.ts";
import {
  type Credentials,
  type Dress,
  type DressOptions,
  groupsIn,
  nowSeconds,
  type ProviderAnswer,
  type ProviderRequest,
} from "./dress.ts";
import type { LocalIdentity } from "./local-identity.ts";

export interface FirebaseOptions extends DressOptions {
  readonly projectId: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface Operation {
  readonly contentTypes: readonly string[];
  answer(fields: Fields): Promise<object>;
}

export const IDENTITY_TOOLKIT_PATH = "/identitytoolkit.googleapis.com";
export const SECURE_TOKEN_PATH = "/securetoken.googleapis.com";

const LIFETIME_SECONDS = 3600;
/** The emulator's default project. */
const PROJECT_NUMBER = "12345";
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

export function firebaseIssuer(projectId: string): string {
  return `https://securetoken.google.com/${projectId}`;
}

/** The settings of an API whose provider answers as Firebase does, and the callers' sign-in request. */
export function firebaseIdentity({
  url,
  jwksUri,
  projectId,
  groupsClaim = "groups",
}: Pick<FirebaseOptions, "url" | "jwksUri" | "projectId" | "groupsClaim">): Pick<
  LocalIdentity,
  "issuer" | "audience" | "jwksUri" | "groupsClaim" | "environment" | "signInRequest"
> {
  const issuer = firebaseIssuer(projectId);
  return {
    issuer,
    audience: projectId,
    jwksUri,
    groupsClaim,
    environment: {
      FIREBASE_APP_API_KEY: "local",
      FIREBASE_IDENTITY_TOOLKIT_URL: url + IDENTITY_TOOLKIT_PATH,
      FIREBASE_SECURE_TOKEN_URL: url + SECURE_TOKEN_PATH,
      JWT_ISSUER: issuer,
      JWT_ISSUER_JWKS_URI: jwksUri,
      JWT_AUTHORIZED_AUDIENCES: projectId,
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim,
    },
    signInRequest: ({ email, password }: Credentials) => ({
      url: `${url}${IDENTITY_TOOLKIT_PATH}/v1/accounts:signInWithPassword?key=local`,
      headers: { "content-type": JSON_TYPE },
      body: JSON.stringify({ email, password, returnSecureToken: true }),
      tokenAt: ["idToken"],
    }),
  };
}

/** Makes the local issuer answer as Firebase does. */
export function createFirebase({
  accounts,
  url,
  jwksUri,
  projectId,
  groupsClaim = "groups",
  emailEnumerationProtection,
  sign,
}: FirebaseOptions): Dress {
  const operations = new Map<string, Operation>([
    [
      `${IDENTITY_TOOLKIT_PATH}/v1/accounts:signInWithPassword`,
      { contentTypes: [JSON_TYPE], answer: signInWithPassword },
    ],
    [`${SECURE_TOKEN_PATH}/v1/token`, { contentTypes: [JSON_TYPE, FORM_TYPE], answer: refresh }],
  ]);

  async function signInWithPassword(fields: Fields) {
    const email = textOf(fields.email, "email");
    const password = textOf(fields.password, "password");
    if (!["boolean", "undefined"].includes(typeof fields.returnSecureToken)) {
      throw invalidArgument("Invalid JSON payload received. /returnSecureToken must be boolean");
    }
    if (email === undefined) throw badRequest("MISSING_EMAIL");
    if (!/^[^@]+@[^@]+$/.test(email)) throw badRequest("INVALID_EMAIL");
    if (!password) throw badRequest("MISSING_PASSWORD");

    const account = accounts.withEmail(email);
    if (!account) throw badRequest(refusedAs("EMAIL_NOT_FOUND"));
    if (account.disabled) throw badRequest("USER_DISABLED");
    if (account.password !== password) throw badRequest(refusedAs("INVALID_PASSWORD"));

    account.lastSignInTime = nowSeconds();
    return {
      kind: "identitytoolkit#VerifyPasswordResponse",
      registered: true,
      localId: account.id,
      email: account.email,
      displayName: account.displayName,
      idToken: await idTokenOf(account),
      refreshToken: account.refreshToken,
      expiresIn: String(LIFETIME_SECONDS),
    };
  }

  const refusedAs = (code: string) => (emailEnumerationProtection ? "INVALID_LOGIN_CREDENTIALS" : code);

  async function refresh(fields: Fields) {
    const grantType = textOf(fields.grant_type, "grantType");
    const refreshToken = textOf(fields.refresh_token, "refreshToken");
    if (!grantType) throw badRequest("MISSING_GRANT_TYPE");
    if (grantType !== "refresh_token") throw badRequest("INVALID_GRANT_TYPE");
    if (!refreshToken) throw badRequest("MISSING_REFRESH_TOKEN");

    const account = accounts.withRefreshToken(refreshToken);
    if (!account) throw badRequest("INVALID_REFRESH_TOKEN");
    if (account.disabled) throw badRequest("USER_DISABLED");

    const idToken = await idTokenOf(account);
    return {
      id_token: idToken,
      access_token: idToken,
      expires_in: String(LIFETIME_SECONDS),
      refresh_token: account.refreshToken,
      token_type: "Bearer",
      user_id: account.id,
      project_id: PROJECT_NUMBER,
    };
  }

  function idTokenOf({ id, email, displayName, groups, lastSignInTime }: Account): Promise<string> {
    const issuedAt = nowSeconds();
    return sign({
      name: displayName,
      ...groupsIn(groupsClaim, groups),
      email,
      email_verified: true,
      auth_time: lastSignInTime,
      user_id: id,
      firebase: { identities: { email: [email] }, sign_in_provider: "password" },
      iat: issuedAt,
      exp: issuedAt + LIFETIME_SECONDS,
      aud: projectId,
      iss: firebaseIssuer(projectId),
      sub: id,
    });
  }

  return {
    name: "local issuer",
    ...firebaseIdentity({ url, jwksUri, projectId, groupsClaim }),
    discovery: { response_types_supported: ["id_token"] },
    async answer(request) {
      try {
        const operation = operations.get(request.path);
        if (!operation) throw notFound();
        if (request.method !== "POST") throw methodNotAllowed();
        if (!hasApiKey(request)) throw permissionDenied("The request is missing a valid API key.");
        return { status: 200, body: await operation.answer(fieldsOf(request, operation.contentTypes)) };
      } catch (error) {
        if (error instanceof Refusal) return { status: error.code, body: { error: error.toJSON() } };
        throw error;
      }
    },
    tooLarge: payloadTooLarge,
  };
}

/** Any single key is accepted, as by the emulator. */
function hasApiKey({ query, headers }: ProviderRequest): boolean {
  const keys = query.getAll("key");
  return keys.length > 0 ? keys.length === 1 && keys[0] !== "" : Boolean(headers["x-goog-api-key"]);
}

function fieldsOf({ headers, body }: ProviderRequest, contentTypes: readonly string[]): Fields {
  if (body === "") return {};
  const [contentType = ""] = String(headers["content-type"] ?? "").split(";");
  const type = contentType.trim().toLowerCase();
  if (!contentTypes.includes(type)) {
    const message = `Invalid content-type: ${contentType}`;
    throw new Refusal(400, message, { errors: [{ message, reason: "unknown" }] });
  }
  return type === FORM_TYPE ? parseForm(body) : parseJson(body);
}

function parseJson(text: string): Fields {
  const value = jsonOf(text);
  if (typeof value !== "object" || value === null) {
    const message = "Invalid JSON payload received. Expected an object.";
    const errors = [{ message, domain: "global", reason: "parseError" }];
    throw new Refusal(400, message, { errors, status: "INVALID_ARGUMENT" });
  }
  if (Array.isArray(value)) throw invalidArgument("Invalid JSON payload received.  must be object");
  return value as Fields;
}

/** `undefined` if the text is not JSON. The parser's own message could quote the password. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A number becomes its digits, as in Google's parser. */
function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw invalidArgument(`Invalid JSON payload received. /${name} must be string`);
}

/** An error as in https://cloud.google.com/apis/design/errors, with the list of the older format. */
class Refusal extends Error {
  readonly code: number;
  private readonly rest: { errors: readonly object[]; status?: string };

  constructor(code: number, message: string, rest: { errors: readonly object[]; status?: string }) {
    super(message);
    this.code = code;
    this.rest = rest;
  }

  toJSON() {
    return { code: this.code, message: this.message, ...this.rest };
  }
}

const listed = (message: string, reason: string) => [{ message, reason, domain: "global" }];

const badRequest = (code: string) => new Refusal(400, code, { errors: listed(code, "invalid") });

const invalidArgument = (message: string) =>
  new Refusal(400, message, { errors: listed(message, "invalid"), status: "INVALID_ARGUMENT" });

const permissionDenied = (message: string) =>
  new Refusal(403, message, { errors: listed(message, "forbidden"), status: "PERMISSION_DENIED" });

const notFound = () =>
  new Refusal(404, "Not Found", {
    errors: [{ message: "Not Found", reason: "notFound" }],
    status: "NOT_FOUND",
  });

const methodNotAllowed = () =>
  new Refusal(405, "Method Not Allowed", { errors: listed("Method Not Allowed", "httpMethodNotAllowed") });

function payloadTooLarge(limitBytes: number): ProviderAnswer {
  const message = `Request payload size exceeds the limit: ${limitBytes} bytes.`;
  return { status: 400, body: { error: invalidArgument(message).toJSON() } };
}
