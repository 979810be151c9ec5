/**
 * Who sent a request, once its cookie, token or key has been checked. Made by `auth`, read by routes.
 *
 * A vantage comes from its key, never from a body. `local` is a verb of the same machine, known by DIR/run.json.
 */
import type { User } from "../wire/api-account.ts";

export type SessionCaller = {
  readonly kind: "session";
  readonly user: User;
  /** Store id of the session: the sha256 of what the cookie holds. */
  readonly session: string;
  /** What x-csrf-token must say. */
  readonly csrf: string;
};

export type TokenCaller = {
  readonly kind: "token";
  readonly token: string;
  readonly scope: "read" | "write";
};

export type LocalCaller = { readonly kind: "local" };

export type VantageCaller = { readonly kind: "vantage"; readonly vantage: string };

/** A person, or a program on a person's behalf. */
export type UserCaller = SessionCaller | TokenCaller | LocalCaller;

export type Caller = UserCaller | VantageCaller;
