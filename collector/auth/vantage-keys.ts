/**
 * Keys of vantages and the single-use secrets that are exchanged for them.
 *
 * A key is `cwp_<vantage>_<secret>`, kept as sha256. Two may be valid while a key is being rotated: the first use of the
 * newer one ends the older. A join secret works once, for an hour.
 */
import * as z from "zod";
import type { Doc, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { VersionConflictError } from "../wire/errors.ts";
import { hashOf, matches, newSecret } from "./tokens.ts";

export type VantageKeys = {
  /** A new key; the one in use stays valid until this one is first used, one that nobody used ends. Shown once. */
  issue(vantage: string): Promise<string>;
  /** The vantage a key belongs to; null = not a valid key. */
  verify(key: string): Promise<string | null>;
  /** Every key and join secret of it stops working. */
  revoke(vantage: string): Promise<void>;
  /** A join secret; older unused ones of the vantage stop working. */
  createJoin(vantage: string): Promise<{ secret: string; expiresMs: number }>;
  /** Uses a join secret up. @returns The vantage; null = unknown, used or expired. */
  redeemJoin(secret: string): Promise<string | null>;
  /** Whether it ever had a key. */
  joined(vantage: string): Promise<boolean>;
};

const StoredKeys = z.object({
  keys: z.array(z.object({ hash: z.string(), createdMs: z.number() })).max(2),
});
const StoredJoin = z.object({ vantage: z.string(), expiresMs: z.number() });

const JOIN_MS = 3_600_000;

/** Over the store's registry: kinds `key` (one document a vantage) and `join` (by the sha256 of the secret). */
export function vantageKeysPart(deps: {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
}): VantageKeys {
  const { registry } = deps.store;
  const read = async (vantage: string) => {
    const doc = await registry.get("key", vantage);
    return {
      version: doc?.version ?? 0,
      exists: doc !== null,
      keys: StoredKeys.safeParse(doc?.value).data?.keys ?? [],
    };
  };
  /** As they were last read: every batch asks, and they hardly ever change. */
  const held = new Map<string, Awaited<ReturnType<typeof read>> & { readonly revision: number }>();
  const current = async (vantage: string) => {
    const revision = await registry.revision("key");
    const last = held.get(vantage);
    if (last?.revision === revision) return last;
    const found = { ...(await read(vantage)), revision };
    if (found.exists) held.set(vantage, found);
    return found;
  };
  const joinsOf = async (wanted: (join: z.infer<typeof StoredJoin>) => boolean): Promise<Doc[]> =>
    (await registry.list("join")).filter((doc) => {
      const join = StoredJoin.safeParse(doc.value).data;
      return !join || wanted(join);
    });
  const forgetJoins = async (vantage: string): Promise<void> => {
    const nowMs = deps.clock.nowMs();
    const stale = await joinsOf((join) => join.vantage === vantage || join.expiresMs <= nowMs);
    for (const doc of stale) await registry.put("join", doc.id, null, null);
  };
  return {
    async issue(vantage) {
      const secret = newSecret();
      const { version, keys } = await read(vantage);
      const next = { hash: hashOf(secret), createdMs: deps.clock.nowMs() };
      // The first of two is the one in use: the second would have ended it.
      await registry.put("key", vantage, version, { keys: [...keys.slice(0, 1), next] });
      return `cwp_${vantage}_${secret}`;
    },
    async verify(key) {
      const [, vantage, secret] = /^cwp_([a-z0-9-]{1,48})_([\w-]{43})$/.exec(key) ?? [];
      if (vantage === undefined || secret === undefined) return null;
      const { version, keys } = await current(vantage);
      const index = keys.findIndex((known) => matches(secret, known.hash));
      if (index < 0) return null;
      if (index > 0) {
        // A conflict means another request of the same probe ended the older key, or it was revoked just now.
        await registry.put("key", vantage, version, { keys: keys.slice(index) }).catch(() => undefined);
      }
      return vantage;
    },
    async revoke(vantage) {
      await registry.put("key", vantage, null, { keys: [] });
      await forgetJoins(vantage);
    },
    async createJoin(vantage) {
      await forgetJoins(vantage);
      const secret = newSecret();
      const expiresMs = deps.clock.nowMs() + JOIN_MS;
      await registry.put("join", hashOf(secret), 0, { vantage, expiresMs });
      return { secret, expiresMs };
    },
    async redeemJoin(secret) {
      const doc = await registry.get("join", hashOf(secret));
      const join = StoredJoin.safeParse(doc?.value).data;
      if (!doc || !join || join.expiresMs <= deps.clock.nowMs()) return null;
      try {
        await registry.put("join", doc.id, doc.version, null);
      } catch (error) {
        // Another machine used it in the same moment.
        if (error instanceof VersionConflictError) return null;
        throw error;
      }
      return join.vantage;
    },
    joined: async (vantage) => (await read(vantage)).exists,
  };
}
