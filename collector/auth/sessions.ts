/**
 * Server-side sessions: the cookie holds 256 random bits, the store their sha256 and whose they are.
 *
 * Ended by logout, 12 hours without use, 30 days in all, a new password, or the removal of the user.
 */
import * as z from "zod";
import type { Doc, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { hashOf, newSecret } from "./tokens.ts";

const StoredSession = z.object({ user: z.string(), createdMs: z.number(), seenMs: z.number() });

const IDLE_MS = 12 * 3_600_000;
const ABSOLUTE_MS = 30 * 86_400_000;
/** A use is written down at most this often, so that reading pages writes little. */
const SEEN_EVERY_MS = 300_000;

export type Sessions = {
  begin(user: string): Promise<{ cookie: string; id: string }>;
  /** Whose a cookie is, and its session's id; counts as use. */
  find(cookie: string): Promise<{ user: string; id: string } | null>;
  alive(id: string): Promise<boolean>;
  end(id: string): Promise<void>;
  endAll(user: string): Promise<void>;
  onEnd(listener: (id: string) => void): () => void;
};

export function sessions(deps: { readonly store: Pick<Store, "registry">; readonly clock: Clock }): Sessions {
  const { registry } = deps.store;
  const listeners = new Set<(id: string) => void>();
  const stands = (doc: Doc | null): z.infer<typeof StoredSession> | null => {
    const session = StoredSession.safeParse(doc?.value).data;
    const nowMs = deps.clock.nowMs();
    if (!session || nowMs >= session.seenMs + IDLE_MS || nowMs >= session.createdMs + ABSOLUTE_MS)
      return null;
    return session;
  };
  const end = async (id: string): Promise<void> => {
    await registry.put("session", id, null, null);
    for (const listener of listeners) listener(id);
  };
  return {
    async begin(user) {
      for (const doc of await registry.list("session")) if (!stands(doc)) await end(doc.id);
      const cookie = newSecret();
      const nowMs = deps.clock.nowMs();
      await registry.put("session", hashOf(cookie), 0, { user, createdMs: nowMs, seenMs: nowMs });
      return { cookie, id: hashOf(cookie) };
    },
    async find(cookie) {
      const id = hashOf(cookie);
      const doc = await registry.get("session", id);
      const session = stands(doc);
      if (!doc || !session) return null;
      const nowMs = deps.clock.nowMs();
      if (nowMs >= session.seenMs + SEEN_EVERY_MS) {
        // A conflict means it was seen, or ended, in this very moment by another request.
        await registry.put("session", id, doc.version, { ...session, seenMs: nowMs }).catch(() => undefined);
      }
      return { user: session.user, id };
    },
    alive: async (id) => stands(await registry.get("session", id)) !== null,
    end,
    async endAll(user) {
      for (const doc of await registry.list("session")) {
        if (StoredSession.safeParse(doc.value).data?.user === user) await end(doc.id);
      }
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
