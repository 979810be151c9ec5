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
  changes: Pick<ChangeBus, "subscribe">;
  clock: Clock;
}): (vantageId: string) => Promise<ProbeConfig & { readonly etag: string }> {
  const assignment = assignmentsOnce();
  const lists = sharedLists();
  options.changes.subscribe(lists.forget);
  return async (vantageId) => {
    const vantage = await options.vantages.find(vantageId);
    if (!vantage || vantage.revokedS !== null) throw new NotFoundError("vantage", vantageId);
    const nowS = Math.floor(options.clock.nowMs() / 1000);
    const own = (await options.targets.list()).filter(
      (target) => measuredFrom(target.from, vantage) && !isPaused(target, nowS),
    );
    const names = own.flatMap(namesOf);
    const versions = names.length === 0 ? NO_VERSIONS : await options.secrets.versions();
    const { assignments, told } = lists.same(own.map((target) => assignment(target, versions)));
    const rest: Omit<ProbeConfig, "assignments"> = {
      wire: WIRE_VERSION,
      vantage: vantage.id,
      carrier: vantage.carrier,
      ...(names.length === 0 ? {} : { secrets: await options.secrets.values(names) }),
    };
    return { ...rest, assignments, etag: `"${digest([rest, told]).slice(0, 32)}"` };
  };
}

const NO_VERSIONS: ReadonlyMap<string, number> = new Map();
const NO_NAMES: readonly string[] = [];

/** As secretsOf, for thousands of which few name one. */
function namesOf(target: Target): readonly string[] {
  return target.request?.auth || target.tls?.clientCertificate ? secretsOf(target) : NO_NAMES;
}

/** A target is the same object until it is changed: of thousands, a change makes one assignment anew. */
function assignmentsOnce(): (target: Target, versions: ReadonlyMap<string, number>) => Assignment {
  const made = new WeakMap<Target, { readonly of: string; readonly assignment: Assignment }>();
  return (target, versions) => {
    const of = namesOf(target)
      .map((name) => versions.get(name) ?? 0)
      .join();
    const before = made.get(target);
    if (before?.of === of) return before.assignment;
    const assignment = assignmentOf(target, versions);
    made.set(target, { of, assignment });
    return assignment;
  };
}

type AssignmentList = { readonly assignments: Assignment[]; readonly told: string };

/**
 * One list for all vantages that measure the same, told by the same digest: a change is told to every probe that waits.
 *
 * @returns `same` answers the list that is known already, or takes this one; `forget` is for when they will be others.
 */
function sharedLists(): { same(assignments: Assignment[]): AssignmentList; forget(): void } {
  const known: AssignmentList[] = [];
  return {
    same(assignments) {
      const before = known.find((one) => isSameList(one.assignments, assignments));
      if (before) return before;
      // A revision stands for all of its assignment.
      const told = digest(assignments.map(({ id, revision }) => [id, revision]));
      known.unshift({ assignments, told });
      known.length = Math.min(known.length, LISTS_KEPT);
      return { assignments, told };
    },
    forget() {
      known.length = 0;
    },
  };
}

/** As many as there are carriers, usually. */
const LISTS_KEPT = 4;

function isSameList(a: readonly Assignment[], b: readonly Assignment[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
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
