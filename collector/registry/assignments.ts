/**
 * Targets to what one probe has to measure: the part of each definition a probe needs, and an ETag over all of it.
 *
 * Data, never code. The revision is a hash of what is measured: it changes exactly when that does, in any process.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../wire/clock.ts";
import { NotFoundError } from "../wire/errors.ts";
import { WIRE_VERSION } from "../wire/ids.ts";
import type { Assignment, ProbeConfig } from "../wire/probe-protocol.ts";
import { isPaused, type Target } from "../wire/target.ts";
import { measuredFrom } from "../wire/vantage.ts";
import type { Targets, Vantages } from "./registry.ts";
import { type NamedSecrets, secretsOf } from "./secrets.ts";

/**
 * What a probe gets of a target; how it is asked and where only when that is said, so that an older probe understands it.
 *
 * @param versions Of the secrets that exist: another value is another revision.
 */
export function assignmentOf(target: Target, versions: ReadonlyMap<string, number> = new Map()): Assignment {
  const { id, url, method, family, stepS, phaseS, expect, timeouts, redirects, bodyCapBytes } = target;
  const measured = {
    ...{ id, url, method, family, stepS, phaseS, expect, timeouts, redirects, bodyCapBytes },
    ...askedOf(target),
  };
  const secrets = secretsOf(target).map((name) => [name, versions.get(name) ?? 0] as const);
  return { ...measured, revision: revisionOf(measured, secrets) };
}

/** The keys that travel only when they are set. */
export function askedOf({
  request,
  tls,
  addresses,
}: Pick<Target, "request" | "tls" | "addresses">): Pick<Assignment, "request" | "tls" | "addresses"> {
  return {
    ...(request === undefined ? {} : { request }),
    ...(tls === undefined ? {} : { tls }),
    ...(addresses === undefined ? {} : { addresses }),
  };
}

/** The service's `assignmentsFor`. */
export function assignmentsPart(options: {
  targets: Pick<Targets, "list">;
  vantages: Pick<Vantages, "find">;
  secrets: Pick<NamedSecrets, "versions" | "values">;
  clock: Clock;
}): (vantageId: string) => Promise<ProbeConfig & { readonly etag: string }> {
  // A target is the same object until it is changed: of thousands, a change makes one assignment anew.
  const made = new WeakMap<Target, Assignment>();
  const assignment = (target: Target, versions: ReadonlyMap<string, number>): Assignment => {
    if (secretsOf(target).length > 0) return assignmentOf(target, versions);
    const known = made.get(target) ?? assignmentOf(target);
    made.set(target, known);
    return known;
  };
  return async (vantageId) => {
    const vantage = await options.vantages.find(vantageId);
    if (!vantage || vantage.revokedS !== null) throw new NotFoundError("vantage", vantageId);
    const nowS = Math.floor(options.clock.nowMs() / 1000);
    const own = (await options.targets.list()).filter(
      (target) => measuredFrom(target.from, vantage) && !isPaused(target, nowS),
    );
    const names = own.flatMap(secretsOf);
    const versions = names.length === 0 ? new Map() : await options.secrets.versions();
    const config: ProbeConfig = {
      wire: WIRE_VERSION,
      vantage: vantage.id,
      carrier: vantage.carrier,
      assignments: own.map((target) => assignment(target, versions)),
      ...(names.length === 0 ? {} : { secrets: await options.secrets.values(names) }),
    };
    return { ...config, etag: `"${digest(tagged(config)).slice(0, 32)}"` };
  };
}

/** What tells one configuration from another: a revision stands for all of its assignment. */
function tagged({ assignments, ...rest }: ProbeConfig): unknown {
  return { ...rest, assignments: assignments.map(({ id, revision }) => [id, revision]) };
}

/** 48 bits of a hash, so that it stays an exact number in JSON. */
function revisionOf(
  measured: Omit<Assignment, "revision">,
  secrets: readonly (readonly [name: string, version: number])[],
): number {
  const covered = secrets.length === 0 ? measured : [measured, secrets];
  return Number.parseInt(digest(covered).slice(0, 12), 16);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
