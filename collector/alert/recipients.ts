/** Who is told: registry documents of kind "recipient". Input is parsed by the caller's schema. */
import { randomBytes } from "node:crypto";
import type { Doc, Store } from "../store/store.ts";
import { Recipient, type RecipientInput } from "../wire/api-settings.ts";
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

/** A stored document as a recipient; null = not readable. */
export function recipientOf(doc: Doc): Recipient | null {
  const { value, version } = doc;
  return Recipient.safeParse(typeof value === "object" ? { ...value, version } : value).data ?? null;
}

/** The recipients of one store. */
export function recipientsPart(store: Pick<Store, "registry">): Recipients {
  const { registry } = store;
  const mustExist = async (id: string) => {
    if (!(await registry.get("recipient", id))) throw new NotFoundError("recipient", id);
  };
  return {
    list: async () => (await registry.list("recipient")).flatMap((doc) => recipientOf(doc) ?? []),
    async find(id) {
      const doc = await registry.get("recipient", id);
      return doc && recipientOf(doc);
    },
    async create(input) {
      const id = `r-${randomBytes(6).toString("hex")}`;
      return { ...input, id, version: await registry.put("recipient", id, 0, { ...input, id }) };
    },
    async update(id, version, input) {
      await mustExist(id);
      return { ...input, id, version: await registry.put("recipient", id, version, { ...input, id }) };
    },
    async remove(id) {
      await mustExist(id);
      await registry.put("recipient", id, null, null);
    },
  };
}
