/**
 * Named secrets of targets: sealed in the registry, opened for a probe that needs them and for nobody else.
 *
 * A value is bound to its name, so that a document moved to another name opens no more. Writing and removing are
 * announced: held polls of probes answer with the new value at once.
 */
import * as z from "zod";
import type { Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError, ConfigError, InvalidInputError } from "../wire/errors.ts";
import { Seconds } from "../wire/ids.ts";
import { SecretName } from "../wire/request.ts";
import { SecretInput, type SecretView } from "../wire/secret.ts";
import { Target } from "../wire/target.ts";
import type { ChangeBus } from "./changes.ts";
import { documents } from "./documents.ts";
import { issuesOf } from "./issues.ts";

/** What seals and opens; `auth`'s secrets satisfy it. */
export type Sealer = {
  seal(plain: string, purpose: string): string;
  /** @throws ConfigError when it does not open. */
  open(sealed: string, purpose: string): string;
};

export type NamedSecrets = {
  /** Ordered by name, without values. */
  list(): Promise<SecretView[]>;
  /** @throws InvalidInputError, CarrierwatchError code "already_exists" */
  create(input: unknown): Promise<SecretView>;
  /** Another value. @param input As created, without the name. @throws InvalidInputError, NotFoundError */
  change(name: string, input: unknown): Promise<SecretView>;
  /** @throws NotFoundError, CarrierwatchError code "in_use" while a target names it */
  remove(name: string): Promise<void>;
  /** Versions by name, of those that exist: they change with the value. */
  versions(): Promise<ReadonlyMap<string, number>>;
  /** Values of those named that exist and open. */
  values(names: Iterable<string>): Promise<Record<string, string>>;
};

/** Names of the secrets that a target, or what is measured once, uses. */
export function secretsOf({ request, tls }: Pick<Target, "request" | "tls">): string[] {
  const names = [request?.auth?.secret, tls?.clientCertificate?.key];
  return [...new Set(names.filter((name) => name !== undefined))];
}

const Stored = z.object({
  name: SecretName,
  sealed: z.string(),
  createdS: Seconds,
  changedS: Seconds,
  version: z.int().min(0),
});
type Stored = z.infer<typeof Stored>;

const purposeOf = (name: string): string => `target-secret ${name}`;

/** @returns null when the value does not open: its key file is gone, or there is none. */
function opened({ name, sealed }: Stored, sealer: Sealer | null): string | null {
  try {
    return sealer?.open(sealed, purposeOf(name)) ?? null;
  } catch (error) {
    // The list says so, and a probe without the value says what it lacks.
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function usersOf(name: string, targets: readonly Target[]): string[] {
  return targets.filter((target) => secretsOf(target).includes(name)).map(({ id }) => id);
}

/** The secrets of a store. @param options.sealer null = there is no key file: nothing can be kept or opened. */
export function secretsPart(options: {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
  readonly changes: ChangeBus;
  readonly sealer: Sealer | null;
}): NamedSecrets {
  const { clock, changes, sealer } = options;
  const { registry } = options.store;
  const docs = documents(registry, "secret", Stored, true);
  const targets = documents(registry, "target", Target, true);
  const nowS = (): number => Math.floor(clock.nowMs() / 1000);

  const viewOf = (stored: Stored, all: readonly Target[]): SecretView => ({
    name: stored.name,
    createdS: stored.createdS,
    changedS: stored.changedS,
    readable: opened(stored, sealer) !== null,
    targets: usersOf(stored.name, all),
  });
  const write = async (name: string, value: string, before: Stored | null): Promise<SecretView> => {
    if (!sealer) throw new ConfigError("this collector has no key file to keep secrets with");
    const stored = await docs.put(name, before?.version ?? 0, {
      name,
      sealed: sealer.seal(value, purposeOf(name)),
      createdS: before?.createdS ?? nowS(),
      changedS: nowS(),
      version: 0,
    });
    changes.publish({ kind: "secret", id: name });
    return viewOf(stored, await targets.list());
  };
  return {
    async list() {
      const all = await targets.list();
      return (await docs.list()).map((stored) => viewOf(stored, all));
    },
    async create(input) {
      const parsed = SecretInput.safeParse(input);
      if (!parsed.success) throw new InvalidInputError("secret", issuesOf(parsed.error));
      const { name, value } = parsed.data;
      if (await registry.get("secret", name)) {
        throw new CarrierwatchError("already_exists", `there already is a secret ${JSON.stringify(name)}`, {
          hint: "choose another name, or give this one another value: carrierwatch secret edit",
        });
      }
      return write(name, value, null);
    },
    async change(name, input) {
      const parsed = SecretInput.omit({ name: true }).safeParse(input);
      if (!parsed.success) throw new InvalidInputError("secret", issuesOf(parsed.error));
      return write(name, parsed.data.value, await docs.get(name));
    },
    async remove(name) {
      const users = usersOf(name, await targets.list());
      if (users.length > 0) {
        const some = users.slice(0, 3).join(", ");
        throw new CarrierwatchError("in_use", `secret ${JSON.stringify(name)} is used by target ${some}`, {
          hint: "let these targets do without it first",
        });
      }
      await docs.remove(name, null);
      changes.publish({ kind: "secret", id: name });
    },
    async versions() {
      return new Map((await registry.list("secret")).map(({ id, version }) => [id, version]));
    },
    async values(names) {
      const values: Record<string, string> = {};
      for (const name of new Set(names)) {
        const stored = SecretName.safeParse(name).success ? await docs.find(name) : null;
        const value = stored && opened(stored, sealer);
        if (typeof value === "string") values[name] = value;
      }
      return values;
    },
  };
}
