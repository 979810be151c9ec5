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
import type { ChangeBus } from "./changes.ts";
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
  changes: Pick<ChangeBus, "subscribe">;
}): (vantageId: string) => Promise<ProbeConfig & { readonly etag: string }> {
  // One reading for all probes that a change wakes at once; with thousands of targets each would take a while.
  let reading: Promise<Target[]> | null = null;
  options.changes.subscribe(() => {
    reading = null;
  });
  const targets = (): Promise<Target[]> => {
    if (reading) return reading;
    const mine = options.targets.list().finally(() => {
      if (reading === mine) reading = null;
    });
    reading = mine;
    return mine;
  };
  return async (vantageId) => {
    const vantage = await options.vantages.find(vantageId);
    if (!vantage || vantage.revokedS !== null) throw new NotFoundError("vantage", vantageId);
    const nowS = Math.floor(options.clock.nowMs() / 1000);
    const own = (await targets()).filter(
      (target) => measuredFrom(target.from, vantage) && !isPaused(target, nowS),
    );
    const names = own.flatMap(secretsOf);
    const versions = names.length === 0 ? new Map() : await options.secrets.versions();
    const config: ProbeConfig = {
      wire: WIRE_VERSION,
      vantage: vantage.id,
      carrier: vantage.carrier,
      assignments: own.map((target) => assignmentOf(target, versions)),
      ...(names.length === 0 ? {} : { secrets: await options.secrets.values(names) }),
    };
    return { ...config, etag: `"${digest(config).slice(0, 32)}"` };
  };
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
