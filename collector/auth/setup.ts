/** The one-time set-up token of a collector without users: printed on its console, valid until it made the first account. */
import * as z from "zod";
import type { Store } from "../store/store.ts";
import type { User, UserInput } from "../wire/api-account.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { hashOf, matches, newSecret } from "./tokens.ts";
import type { Users } from "./users.ts";

const StoredSetup = z.object({ token: z.string() });

export type Setup = {
  /** null when an account exists. */
  token(): Promise<string | null>;
  /** Makes the first account. @throws CarrierwatchError setup_done, setup_token */
  use(token: string, first: UserInput): Promise<User>;
};

export function setup(deps: {
  readonly store: Pick<Store, "registry">;
  readonly users: Pick<Users, "any" | "create">;
}): Setup {
  const { registry } = deps.store;
  const stored = async (): Promise<string | null> =>
    StoredSetup.safeParse((await registry.get("setting", "setup"))?.value).data?.token ?? null;
  const use = async (token: string, first: UserInput): Promise<User> => {
    if (await deps.users.any()) {
      throw new CarrierwatchError("setup_done", "this collector is set up already; sign in", {
        hint: "a lost password: carrierwatch user reset-password NAME",
      });
    }
    const expected = await stored();
    if (expected === null || !matches(token, hashOf(expected))) {
      throw new CarrierwatchError("setup_token", "this set-up link is not the one this collector printed", {
        hint: "use the newest link on the collector's console",
      });
    }
    // The account first: a token used up by a crash before it would lock everybody out.
    const user = await deps.users.create(first);
    await registry.put("setting", "setup", null, null);
    return user;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    async token() {
      if (await deps.users.any()) return null;
      const known = await stored();
      if (known !== null) return known;
      const token = newSecret();
      await registry.put("setting", "setup", null, { token });
      return token;
    },
    use(token, first) {
      // One at a time: of two browsers with the same link the second must find the account.
      const mine = last.then(() => use(token, first));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
