/** What a run of the evaluator knows besides samples: who measures, who was heard of, who is told. Read once a run. */
import type { Store } from "../store/store.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { Target } from "../wire/target.ts";
import type { Contact, Vantage } from "../wire/vantage.ts";
import { recipientOf } from "./recipients.ts";

/** The part of the registry that alerts need; registryPart() satisfies it. */
export type WatchedRegistry = {
  readonly targets: { find(id: string): Promise<Target | null>; list(): Promise<Target[]> };
  readonly vantages: { list(): Promise<Vantage[]>; contacts(): Promise<Map<string, Contact>> };
  readonly carriers: { list(): Promise<Carrier[]> };
  onChange(
    listener: (change: {
      readonly kind: "target" | "vantage" | "carrier" | "secret";
      readonly id: string;
    }) => void,
  ): () => void;
};

export type Facts = {
  readonly vantages: readonly Vantage[];
  readonly carriers: readonly Carrier[];
  /** By vantage id; absent = never heard of. */
  readonly contacts: ReadonlyMap<string, Contact>;
  /** Ids of everybody who receives mail. */
  readonly recipients: readonly string[];
  /** Time zones of the recipients, by id. */
  readonly timeZones: ReadonlyMap<string, string>;
  /** Every target; read once a run, and only when somebody asks. */
  readonly targets: () => Promise<readonly Target[]>;
  readonly nowMs: number;
};

/** Reads them. */
export async function readFacts(
  store: Pick<Store, "registry">,
  registry: WatchedRegistry,
  nowMs: number,
): Promise<Facts> {
  const [vantages, carriers, contacts, recipients] = await Promise.all([
    registry.vantages.list(),
    registry.carriers.list(),
    registry.vantages.contacts(),
    store.registry.list("recipient"),
  ]);
  let reading: Promise<readonly Target[]> | null = null;
  const readable = recipients.flatMap((doc) => recipientOf(doc) ?? []);
  return {
    vantages,
    carriers,
    contacts,
    recipients: readable.map((recipient) => recipient.id),
    timeZones: new Map(readable.map((recipient) => [recipient.id, recipient.timeZone])),
    targets() {
      reading ??= registry.targets.list();
      return reading;
    },
    nowMs,
  };
}
