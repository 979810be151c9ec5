/** Who is told: registry documents of kind "recipient". Input is parsed by the caller's schema. */
import { randomBytes } from "node:crypto";
import type { Store } from "../store/store.ts";
import { type Recipient, RecipientInput } from "../wire/api-settings.ts";
import { NotFoundError } from "../wire/errors.ts";

export type Recipients = {
  /** Ordered by id; documents that no longer parse are left out. */
  list(): Promise<Recipient[]>;
  find(id: string): Promise<Recipient | null>;
  create(input: RecipientInput): Promise<Recipient>;
  /** @throws NotFoundError, VersionConflictError */
  update(id: string, version: number, input: RecipientInput): Promise<Recipient>;
  /** @throws NotFoundError */
  remove(id: string): Promise<void>;
};

/** The recipients of one store. */
export function recipientsPart(store: Pick<Store, "registry">): Recipients {
  const { registry } = store;
  const read = (doc: { id: string; version: number; value: unknown } | null): Recipient | null => {
    const parsed = doc ? RecipientInput.safeParse(doc.value).data : undefined;
    return doc && parsed ? { ...parsed, id: doc.id, version: doc.version } : null;
  };
  const mustExist = async (id: string) => {
    if (!(await registry.get("recipient", id))) throw new NotFoundError("recipient", id);
  };
  return {
    list: async () => (await registry.list("recipient")).flatMap((doc) => read(doc) ?? []),
    find: async (id) => read(await registry.get("recipient", id)),
    async create(input) {
      const id = `r-${randomBytes(6).toString("hex")}`;
      return { ...input, id, version: await registry.put("recipient", id, 0, input) };
    },
    async update(id, version, input) {
      await mustExist(id);
      return { ...input, id, version: await registry.put("recipient", id, version, input) };
    },
    async remove(id) {
      await mustExist(id);
      await registry.put("recipient", id, null, null);
    },
  };
}
