/**
 * The registry: what is watched, from where, and for whom, as typed documents over the store.
 *
 * Everything that lists, validates, changes or announces targets, vantages and carriers goes through here.
 * It decides nothing about measured values; those are `query`'s. Next stop of a target: `assignmentsFor`, to a probe.
 */
import type { Store } from "../store/store.ts";
import type { TargetPreview } from "../wire/api-overview.ts";
import type { VantageView } from "../wire/api-settings.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import type { ProbeConfig } from "../wire/probe-protocol.ts";
import type { Target } from "../wire/target.ts";
import type { Contact, Vantage } from "../wire/vantage.ts";
import { assignmentsPart } from "./assignments.ts";
import { carriersPart } from "./carriers.ts";
import { changeBus } from "./changes.ts";
import type { RandomBytes } from "./ids.ts";
import { type NamedSecrets, type Sealer, secretsPart } from "./secrets.ts";
import { targetsPart } from "./targets.ts";
import { vantagesPart } from "./vantages.ts";

/** Something that probes or pages depend on is different now. */
export type RegistryChange = {
  readonly kind: "target" | "vantage" | "carrier" | "secret";
  readonly id: string;
};

export type Targets = {
  /** Ordered by id. */
  list(): Promise<Target[]>;
  /** @returns null when there is none, or no more. */
  find(id: string): Promise<Target | null>;
  /** @throws NotFoundError */
  get(id: string): Promise<Target>;
  /**
   * @param input What a person wrote; every problem is reported at once.
   * @throws InvalidInputError
   */
  create(input: unknown): Promise<Target>;
  /** @throws InvalidInputError, NotFoundError, VersionConflictError */
  update(id: string, version: number, input: unknown): Promise<Target>;
  /** The definition goes, its history stays. `version` null = whatever it is. @throws NotFoundError, VersionConflictError */
  remove(id: string, version: number | null): Promise<void>;
  /** From now on nobody measures it; pausing what is paused changes nothing. @throws NotFoundError */
  pause(id: string): Promise<Target>;
  resume(id: string): Promise<Target>;
  /** What creating it would do, or every problem; writes nothing and throws nothing for bad input. `exceptId`: the target being edited. */
  preview(input: unknown, exceptId?: string): Promise<TargetPreview>;
};

export type Carriers = {
  /** In display order. */
  list(): Promise<Carrier[]>;
  find(id: string): Promise<Carrier | null>;
  /** Creates or replaces. @throws InvalidInputError */
  put(input: unknown): Promise<Carrier>;
  /** @throws NotFoundError, CarrierwatchError code "in_use" while a vantage or target names it */
  remove(id: string): Promise<void>;
};

export type Vantages = {
  /** All, revoked ones included, ordered by id. */
  list(): Promise<Vantage[]>;
  find(id: string): Promise<Vantage | null>;
  /** @throws NotFoundError */
  get(id: string): Promise<Vantage>;
  /** @throws InvalidInputError, CarrierwatchError code "already_exists" when the id is taken */
  create(input: unknown, kind?: { local?: boolean; simulated?: boolean }): Promise<Vantage>;
  /** @throws InvalidInputError, NotFoundError, VersionConflictError */
  update(id: string, version: number, input: unknown): Promise<Vantage>;
  /** It has no vote and no assignments any more; its history stays. @throws NotFoundError */
  revoke(id: string): Promise<Vantage>;
  /** Takes a revocation back; what stands already stays as it is. @throws NotFoundError */
  reinstate(id: string): Promise<Vantage>;
  /** What was last heard of each, by vantage id. */
  contacts(): Promise<Map<string, Contact>>;
  view(id: string): Promise<VantageView>;
  views(): Promise<VantageView[]>;
};

export type Registry = {
  readonly targets: Targets;
  readonly carriers: Carriers;
  readonly vantages: Vantages;
  readonly secrets: NamedSecrets;
  /** Writes the default carriers into a new database; later calls change nothing. */
  seed(): Promise<void>;
  /**
   * What a vantage has to measure now; paused targets are absent.
   *
   * @returns The configuration, and a strong ETag (quotes included) over all of it.
   * @throws NotFoundError for a vantage that is unknown or revoked.
   */
  assignmentsFor(vantageId: string): Promise<ProbeConfig & { readonly etag: string }>;
  /** @returns Ends the subscription. */
  onChange(listener: (change: RegistryChange) => void): () => void;
};

export type RegistryOptions = {
  readonly store: Pick<Store, "registry" | "ops" | "samples">;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /**
   * Why the local probe's egress guard would refuse a URL whose host is a literal address or localhost: a sentence
   * that names the line that would allow it. null = it would not, or only a look-up could tell.
   */
  readonly refusesLocally?: (url: string) => string | null;
  /** Absent = no named secret can be kept or opened. */
  readonly sealer?: Sealer;
};

/** The registry over one store. */
export function registryPart(options: RegistryOptions): Registry {
  const { store, clock, random } = options;
  const changes = changeBus();
  const carriers = carriersPart({ store, changes });
  const vantages = vantagesPart({ store, clock, random, changes });
  const secrets = secretsPart({ store, clock, changes, sealer: options.sealer ?? null });
  const targets = targetsPart({
    store,
    clock,
    random,
    changes,
    secrets,
    refusesLocally: options.refusesLocally ?? (() => null),
  });
  return {
    targets,
    carriers,
    vantages,
    secrets,
    async seed() {
      await carriers.seed();
      await targets.reshape();
    },
    assignmentsFor: assignmentsPart({ targets, vantages, secrets, changes, clock }),
    onChange: (listener) => changes.subscribe(listener),
  };
}
