/**
 * API tokens, `cwt_<id>_<secret>`, for programs: read or write, kept as sha256, shown once.
 *
 * Beside them the local token of a running collector: in memory only, written to DIR/run.json for verbs of this machine.
 */
import * as z from "zod";
import type { Doc, Store } from "../store/store.ts";
import { TokenView } from "../wire/api-account.ts";
import type { Clock } from "../wire/clock.ts";
import { NotFoundError } from "../wire/errors.ts";
import type { Accounts } from "./accounts.ts";
import { hashOf, matches, newId, newSecret } from "./tokens.ts";

const StoredToken = TokenView.omit({ id: true }).extend({ hash: z.string() });

/** A use is written down at most this often. */
const SEEN_EVERY_MS = 60_000;

export function apiTokens(deps: {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
}): Pick<Accounts, "bearer" | "localToken" | "tokens"> {
  const { registry } = deps.store;
  const local = `cwt_local_${newSecret()}`;
  return {
    localToken: () => local,
    async bearer(token) {
      if (matches(token, hashOf(local))) return { kind: "local" };
      const [, id, secret] = /^cwt_(t-[0-9a-f]{16})_([\w-]{43})$/.exec(token) ?? [];
      if (id === undefined || secret === undefined) return null;
      const doc = await registry.get("token", id);
      const stored = StoredToken.safeParse(doc?.value).data;
      if (!doc || !stored || !matches(secret, stored.hash)) return null;
      const nowMs = deps.clock.nowMs();
      if (nowMs >= (stored.lastUsedMs ?? 0) + SEEN_EVERY_MS) {
        // A conflict means another request wrote it, or the token was removed: then the next request finds that out.
        await registry.put("token", id, doc.version, { ...stored, lastUsedMs: nowMs }).catch(() => undefined);
      }
      return { kind: "token", token: id, scope: stored.scope };
    },
    tokens: {
      list: async () => (await registry.list("token")).map(viewOf),
      async create({ name, scope }) {
        const id = newId("t");
        const secret = newSecret();
        const stored = { name, scope, createdS: Math.floor(deps.clock.nowMs() / 1000), lastUsedMs: null };
        await registry.put("token", id, 0, { ...stored, hash: hashOf(secret) });
        return { id, ...stored, token: `cwt_${id}_${secret}` };
      },
      async remove(id) {
        const doc = await registry.get("token", id);
        if (!doc) throw new NotFoundError("API token", id);
        await registry.put("token", id, null, null);
      },
    },
  };
}

function viewOf(doc: Doc): TokenView {
  const { hash: _, ...view } = StoredToken.parse(doc.value);
  return { id: doc.id, ...view };
}
