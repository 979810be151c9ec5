/**
 * Users, sessions and API tokens, over the store's registry. Secrets are kept hashed only.
 *
 * Called by the api for every request and by `user reset-password`; must not know HTTP.
 */
import type {
  LoginInput,
  SetupInput,
  TokenCreated,
  TokenView,
  User,
  UserInput,
  UserPatch,
} from "../wire/api-account.ts";
import type { SessionCaller, UserCaller } from "./caller.ts";

/** A session just begun: what goes into the cookie, and who it is. */
export type NewSession = { readonly cookie: string; readonly caller: SessionCaller };

export type Accounts = {
  setupNeeded(): Promise<boolean>;
  /** The one-time token of the first run, valid until used; null when an account exists. */
  setupToken(): Promise<string | null>;
  /** Makes the first account. @throws CarrierwatchError setup_done, setup_token */
  setup(
    input: Pick<SetupInput, "token" | "username" | "password" | "language" | "timeZone">,
  ): Promise<NewSession>;
  /** @throws CarrierwatchError bad_login, too_many_attempts */
  login(input: LoginInput, address: string): Promise<NewSession>;
  /** Who a session cookie stands for; null = nobody, ended or expired. */
  session(cookie: string): Promise<SessionCaller | null>;
  /** Whether a session still stands, without counting as its use. */
  sessionAlive(session: string): Promise<boolean>;
  logout(session: string): Promise<void>;
  /** Called with a session's id when it ends here. @returns Ends it. */
  onSessionEnd(listener: (session: string) => void): () => void;
  /** Who a bearer token stands for; null = nobody. */
  bearer(token: string): Promise<UserCaller | null>;
  /** A token that lives as long as this process, for DIR/run.json. */
  localToken(): string;
  users: {
    list(): Promise<User[]>;
    create(input: UserInput): Promise<User>;
    /** A new password ends every session of the user but `keepSession`. */
    patch(id: string, patch: UserPatch, options: { keepSession?: string; own: boolean }): Promise<User>;
    /** @throws CarrierwatchError last_user */
    remove(id: string): Promise<void>;
    /** Sets a password without knowing the old one, and ends every session. @throws NotFoundError */
    resetPassword(username: string, password: string): Promise<User>;
  };
  tokens: {
    list(): Promise<TokenView[]>;
    create(input: { name: string; scope: "read" | "write" }): Promise<TokenCreated>;
    remove(id: string): Promise<void>;
  };
};
