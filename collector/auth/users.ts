/**
 * The people who may sign in. A user's id is made from the name, so that the store itself refuses a second one.
 *
 * Passwords as scrypt hashes; they leave this file only as "right" or "wrong".
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Doc, Store } from "../store/store.ts";
import { User, type UserInput, type UserPatch } from "../wire/api-account.ts";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError, InvalidInputError, NotFoundError, VersionConflictError } from "../wire/errors.ts";
import type { Passwords } from "./password.ts";

const StoredUser = User.omit({ id: true, version: true }).extend({ password: z.string() });

export type Users = {
  list(): Promise<User[]>;
  any(): Promise<boolean>;
  get(id: string): Promise<User | null>;
  create(input: UserInput): Promise<User>;
  /** @param own The caller changes the own account and must know the current password to set another. */
  patch(id: string, patch: UserPatch, own: boolean): Promise<User>;
  remove(id: string): Promise<void>;
  /** The user, when name and password belong together; takes as long when they do not. */
  verify(username: string, password: string): Promise<User | null>;
  resetPassword(username: string, password: string): Promise<User>;
};

/** Same person whatever the case or width of the letters. */
export function userIdOf(username: string): string {
  const name = username.normalize("NFKC").toLowerCase();
  return `u-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

export function users(deps: {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
  readonly passwords: Passwords;
}): Users {
  const { registry } = deps.store;
  const stored = async (id: string): Promise<{ doc: Doc; value: z.infer<typeof StoredUser> }> => {
    const doc = await registry.get("user", id);
    if (!doc) throw new NotFoundError("user", id);
    return { doc, value: StoredUser.parse(doc.value) };
  };
  const write = async (id: string, expected: number, value: z.infer<typeof StoredUser>): Promise<User> =>
    viewOf({ id, version: await registry.put("user", id, expected, value), value });
  const remove = async (id: string): Promise<void> => {
    const { doc } = await stored(id);
    if ((await registry.list("user")).length === 1) {
      throw new CarrierwatchError("last_user", "this is the only user; without it nobody could sign in");
    }
    await registry.put("user", id, doc.version, null);
  };
  let removing: Promise<unknown> = Promise.resolve();
  return {
    list: async () => (await registry.list("user")).map(viewOf),
    any: async () => (await registry.list("user")).length > 0,
    async get(id) {
      const doc = await registry.get("user", id);
      return doc && viewOf(doc);
    },
    async create({ username, password, language, timeZone }) {
      refuseUnknownZone(timeZone);
      const id = userIdOf(username);
      if (await registry.get("user", id)) throw nameTaken(username);
      const value = {
        username,
        language,
        timeZone,
        createdS: Math.floor(deps.clock.nowMs() / 1000),
        password: await deps.passwords.hash(password),
      };
      try {
        return await write(id, 0, value);
      } catch (error) {
        throw error instanceof VersionConflictError ? nameTaken(username) : error;
      }
    },
    async patch(id, patch, own) {
      if (patch.timeZone !== undefined) refuseUnknownZone(patch.timeZone);
      const { doc, value } = await stored(id);
      if (patch.password !== undefined && own) {
        const right = await deps.passwords.verify(patch.currentPassword ?? "", value.password);
        if (!right) throw new CarrierwatchError("forbidden", "the current password is not right");
      }
      return await write(id, doc.version, {
        ...value,
        language: patch.language ?? value.language,
        timeZone: patch.timeZone ?? value.timeZone,
        password: patch.password === undefined ? value.password : await deps.passwords.hash(patch.password),
      });
    },
    remove(id) {
      // One at a time: of two who remove each other one must stay.
      const mine = removing.then(() => remove(id));
      removing = mine.catch(() => undefined);
      return mine;
    },
    async verify(username, password) {
      const doc = await registry.get("user", userIdOf(username));
      const hash = doc ? StoredUser.parse(doc.value).password : null;
      const right = await deps.passwords.verify(password, hash);
      return right && doc ? viewOf(doc) : null;
    },
    async resetPassword(username, password) {
      const id = userIdOf(username);
      if (!(await registry.get("user", id))) throw new NotFoundError("user", username);
      const { doc, value } = await stored(id);
      return await write(id, doc.version, { ...value, password: await deps.passwords.hash(password) });
    },
  };
}

function viewOf(doc: Doc): User {
  const { password: _, ...view } = StoredUser.parse(doc.value);
  return { id: doc.id, version: doc.version, ...view };
}

function nameTaken(username: string): CarrierwatchError {
  return new CarrierwatchError("already_exists", `there is already a user ${JSON.stringify(username)}`);
}

function refuseUnknownZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new InvalidInputError("the time zone", [
      {
        path: "timeZone",
        message: `this machine knows no ${timeZone}; an IANA name, for example Asia/Shanghai`,
      },
    ]);
  }
}
