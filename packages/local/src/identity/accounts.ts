import { createHash, randomBytes } from "node:crypto";
import type { LocalCaller } from "@lambda-express-api/kit";

export interface Account extends Omit<LocalCaller, "groups"> {
  readonly id: string;
  readonly refreshToken: string;
  groups: readonly string[];
  disabled: boolean;
  /** In seconds since 1970. */
  lastSignInTime: number;
}

/** The accounts of a local identity provider, in memory. A change shows in the account's next token. */
export interface Accounts {
  /** Ignores the case of the e-mail address. */
  withEmail(email: string): Account | undefined;
  withRefreshToken(refreshToken: string): Account | undefined;
  all(): readonly Account[];
  remove(account: Account): void;
}

export function createAccounts(callers: readonly LocalCaller[]): Accounts {
  const accounts = new Set(
    callers.map(
      (caller): Account => ({
        ...caller,
        id: idOf(caller.email),
        refreshToken: randomBytes(32).toString("base64url"),
        disabled: false,
        lastSignInTime: 0,
      }),
    ),
  );
  const find = (matches: (account: Account) => boolean) => [...accounts].find(matches);
  return {
    withEmail: (email) => find((account) => account.email === email.toLowerCase()),
    withRefreshToken: (refreshToken) => find((account) => account.refreshToken === refreshToken),
    all: () => [...accounts],
    remove: (account) => void accounts.delete(account),
  };
}

/** 28 characters, as in Firebase. The same after each start, so that rows in a local database keep their owner. */
function idOf(email: string): string {
  return createHash("sha256").update(email).digest("hex").slice(0, 28);
}
