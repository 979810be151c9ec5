/**
 * Vantages as documents, and how each is doing: its identity joined with what was last heard of it.
 *
 * A revoked vantage keeps its document, so that its history keeps a name and a carrier. Keys are `auth`'s.
 */
import type { IngestCounters, Store } from "../store/store.ts";
import { VantageCreate, type VantageView } from "../wire/api-settings.ts";
import { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import { type Egress, EgressRecord } from "../wire/egress.ts";
import { CarrierwatchError, InvalidInputError } from "../wire/errors.ts";
import { Contact, SILENT_AFTER_MS, SKEW_LIMIT_MS, Vantage, VantageInput } from "../wire/vantage.ts";
import type { ChangeBus } from "./changes.ts";
import { documents } from "./documents.ts";
import { heldDocuments } from "./held-documents.ts";
import { newId, type RandomBytes, slugOf } from "./ids.ts";
import { issuesOf } from "./issues.ts";
import type { Vantages } from "./registry.ts";

/**
 * How a vantage is doing.
 *
 * @returns waiting = never heard of; silent = not for SILENT_AFTER_MS; skewed = clock off by more than SKEW_LIMIT_MS.
 */
export function vantageStatus(
  vantage: Pick<Vantage, "revokedS">,
  contact: Contact | null,
  nowMs: number,
): VantageView["status"] {
  if (vantage.revokedS !== null) return "revoked";
  if (!contact) return "waiting";
  if (nowMs - contact.atMs >= SILENT_AFTER_MS) return "silent";
  return contact.skewMs !== null && Math.abs(contact.skewMs) > SKEW_LIMIT_MS ? "skewed" : "ok";
}

/** The vantages of a store. */
export function vantagesPart(options: {
  store: Pick<Store, "registry" | "ops">;
  clock: Clock;
  random: RandomBytes;
  changes: ChangeBus;
}): Vantages {
  const { clock } = options;
  const { registry } = options.store;
  const docs = heldDocuments(registry, "vantage", Vantage);
  const carriers = documents(registry, "carrier", Carrier, false);

  const contacts = () => readContacts(registry);
  const requireCarrier = async (id: string): Promise<void> => {
    const known = await carriers.list();
    if (known.some((carrier) => carrier.id === id)) return;
    throw new InvalidInputError(
      "vantage",
      [{ path: "carrier", message: `there is no carrier ${JSON.stringify(id)}` }],
      `known carriers: ${known.map((carrier) => carrier.id).join(", ")}`,
    );
  };
  const freeId = async (name: string, carrier: string): Promise<string> => {
    const wanted = slugOf(name);
    if (wanted !== "" && !(await registry.get("vantage", wanted))) return wanted;
    return newId(wanted === "" ? carrier : wanted, options.random);
  };
  const announced = (vantage: Vantage): Vantage => {
    options.changes.publish({ kind: "vantage", id: vantage.id });
    return vantage;
  };
  const views = async () => viewsOf(options.store, await docs.list(), clock.nowMs());
  return {
    list: () => docs.list(),
    find: (id) => docs.find(id),
    get: (id) => docs.get(id),
    contacts,
    views,
    async view(id) {
      await docs.get(id);
      const view = (await views()).find((entry) => entry.vantage.id === id);
      if (!view) throw new InvalidInputError("vantage", [{ path: "", message: `${id} is not readable` }]);
      return view;
    },
    async create(input, kind = {}) {
      const parsed = VantageCreate.safeParse(input);
      if (!parsed.success) throw new InvalidInputError("vantage", issuesOf(parsed.error));
      const { id: wished, ...rest } = parsed.data;
      await requireCarrier(rest.carrier);
      const id = wished ?? (await freeId(rest.name, rest.carrier));
      if (await registry.get("vantage", id)) throw taken(id);
      const createdS = Math.floor(clock.nowMs() / 1000);
      const { local = false, simulated = false } = kind;
      const vantage: Vantage = { ...rest, id, createdS, local, simulated, revokedS: null, version: 0 };
      return announced(await docs.put(id, 0, vantage));
    },
    async update(id, version, input) {
      const parsed = VantageInput.safeParse(input);
      if (!parsed.success) throw new InvalidInputError("vantage", issuesOf(parsed.error));
      await requireCarrier(parsed.data.carrier);
      return announced(await docs.put(id, version, { ...(await docs.get(id)), ...parsed.data }));
    },
    async revoke(id) {
      const vantage = await docs.get(id);
      if (vantage.revokedS !== null) return vantage;
      const revokedS = Math.floor(clock.nowMs() / 1000);
      return announced(await docs.put(id, vantage.version, { ...vantage, revokedS }));
    },
    async reinstate(id) {
      const vantage = await docs.get(id);
      if (vantage.revokedS === null) return vantage;
      return announced(await docs.put(id, vantage.version, { ...vantage, revokedS: null }));
    },
  };
}

function taken(id: string): CarrierwatchError {
  return new CarrierwatchError("already_exists", `there already is a vantage ${JSON.stringify(id)}`, {
    hint: "choose another id; that of a revoked vantage stays with its history",
  });
}

async function readContacts(registry: Store["registry"]): Promise<Map<string, Contact>> {
  const heard = new Map<string, Contact>();
  for (const doc of await registry.list("contact")) {
    const contact = Contact.safeParse(doc.value).data;
    if (contact) heard.set(doc.id, contact);
  }
  return heard;
}

async function readEgress(registry: Store["registry"]): Promise<Map<string, Egress[]>> {
  const docs = await registry.list("egress");
  return new Map(docs.map(({ id, value }) => [id, EgressRecord.safeParse(value).data?.seen ?? []]));
}

async function viewsOf(
  { registry, ops }: Pick<Store, "registry" | "ops">,
  all: readonly Vantage[],
  nowMs: number,
): Promise<VantageView[]> {
  const [heard, counted, egress] = await Promise.all([
    readContacts(registry),
    ops.counters(),
    readEgress(registry),
  ]);
  return all.map((vantage) => ({
    ...viewOf(vantage, heard.get(vantage.id) ?? null, counted, nowMs),
    egress: egress.get(vantage.id) ?? [],
  }));
}

function viewOf(
  vantage: Vantage,
  contact: Contact | null,
  counted: readonly IngestCounters[],
  nowMs: number,
): Omit<VantageView, "egress"> {
  const { vantage: _, ...counters } = counted.find((entry) => entry.vantage === vantage.id) ?? {
    vantage: "",
  };
  return { vantage, contact, status: vantageStatus(vantage, contact, nowMs), counters };
}
