/**
 * Users, sessions and API tokens, over the store's registry. Secrets are kept hashed only.
 *
 * Called by the api for every request and by `user reset-password`; must not know HTTP.
 */
import type { Store } from "../store/store.ts";
import type {
  LoginInput,
  SetupInput,
  TokenCreated,
  TokenView,
  User,
  UserInput,
  UserPatch,
} from "../wire/api-account.ts";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { apiTokens } from "./api-tokens.ts";
import { attempts } from "./attempts.ts";
import type { SessionCaller, UserCaller } from "./caller.ts";
import { passwords } from "./password.ts";
import { sessions } from "./sessions.ts";
import { setup } from "./setup.ts";
import { hashOf } from "./tokens.ts";
import { userIdOf, users } from "./users.ts";

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
    /** A new password ends every session of the user; who changed the `own` one gets a new session, others null. */
    patch(
      id: string,
      patch: UserPatch,
      options: { own: boolean },
    ): Promise<{ user: User; session: NewSession | null }>;
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

/** Over the store's registry; nothing is read until asked. */
export function accountsPart(deps: {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
}): Accounts {
  const people = users({ ...deps, passwords: passwords() });
  const open = sessions(deps);
  const failed = attempts(deps.clock);
  const { bearer, localToken, tokens } = apiTokens(deps);
  const begin = async (user: User): Promise<NewSession> => {
    const { cookie, id } = await open.begin(user.id);
    return { cookie, caller: callerOf(user, cookie, id) };
  };
  const first = setup({ store: deps.store, users: people });
  return {
    bearer,
    localToken,
    tokens,
    setupNeeded: async () => !(await people.any()),
    setupToken: first.token,
    setup: async ({ token, ...input }) => await begin(await first.use(token, input)),
    async login({ username, password }, address) {
      const succeeded = failed.begin(userIdOf(username), address);
      const user = await people.verify(username, password);
      if (!user) throw new CarrierwatchError("bad_login", "user name or password is wrong");
      succeeded();
      return await begin(user);
    },
    async session(cookie) {
      const found = await open.find(cookie);
      const user = found && (await people.get(found.user));
      return found && user ? callerOf(user, cookie, found.id) : null;
    },
    sessionAlive: open.alive,
    logout: open.end,
    onSessionEnd: open.onEnd,
    users: {
      list: people.list,
      create: people.create,
      async patch(id, patch, { own }) {
        // Whoever sits at a session left open must not guess the password without end either.
        const guesses = own && patch.password !== undefined;
        const succeeded = guesses ? failed.begin(id, `session of ${id}`) : () => {};
        const user = await people.patch(id, patch, own);
        succeeded();
        if (patch.password !== undefined) await open.endAll(id);
        return { user, session: guesses ? await begin(user) : null };
      },
      async remove(id) {
        await people.remove(id);
        await open.endAll(id);
      },
      async resetPassword(username, password) {
        const user = await people.resetPassword(username, password);
        await open.endAll(user.id);
        return user;
      },
    },
  };
}

/** The csrf token is derived from what only the browser and this process know, so it is stored nowhere. */
function callerOf(user: User, cookie: string, session: string): SessionCaller {
  return { kind: "session", user, session, csrf: hashOf(`csrf ${cookie}`) };
}
