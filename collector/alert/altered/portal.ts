/**
 * The same answer as unrelated targets get: at one vantage, at the same time, while other carriers get each target's own.
 *
 * That is what a portal looks like that wants a login, a payment or a warning read, and what a resolver's stand-in looks
 * like. Nobody is accused for what holds over TLS, for targets that are of one owner or one network elsewhere too, or
 * for a page that others get as well. Pure; next stop: compare.ts's findings, in judge.ts.
 */
import type { Difference } from "../../wire/event.ts";
import { type Finding, majority } from "./compare.ts";
import { LENGTH_MARGIN, nameOf } from "./signs.ts";
import type { Witness } from "./witness.ts";

/** Another target's answers at about the same time, of all vantages that measure it. */
export type Neighbour = {
  /** Registrable domain of its URL. */
  readonly site: string;
  readonly witnesses: readonly Witness[];
};

/** What can be the same for several targets, when somebody else than they gave it. */
type Mark = {
  readonly key: string;
  /** As people read it. */
  readonly text: string;
  /** Targets besides this one that must have been given the same. */
  readonly wanted: number;
  /** Decoded, of a page. */
  readonly bytes?: number;
};

/** @returns null = nobody on the way can have written it, or there is no answer. */
export function markOf({ sample, sealed, moved, host }: Witness): Mark | null {
  const { status, certificate, bodyBytes, head } = sample.detail;
  if (sealed) return null;
  if (certificate?.problem !== undefined) {
    return { key: `certificate ${certificate.fingerprint256}`, text: nameOf(certificate), wanted: 1 };
  }
  if (status === undefined) return null;
  if (moved) return { key: `redirect ${host}`, text: host, wanted: 1 };
  const whole = sample.failure === undefined || ["status", "content"].includes(sample.failure.phase);
  if (!whole || status >= 400 || !bodyBytes) return null;
  // Two pages may have one length by chance, three hardly.
  const key = `page ${status} ${bodyBytes} ${head?.server ?? ""}`;
  return { key, text: `${status}, ${bodyBytes} B`, wanted: 2, bytes: bodyBytes };
}

/** By carrier; absent = it could not be compared. @param own The target's. @param beside At the same time. */
export function comparePortals(
  own: readonly Witness[],
  site: string,
  beside: readonly Neighbour[],
): ReadonlyMap<string, Finding> {
  const ordered = [...own].sort((a, b) => (a.vantage < b.vantage ? -1 : 1));
  const found = new Map<string, Finding>();
  for (const [carrier, mine] of Map.groupBy(ordered, (witness) => witness.carrier)) {
    const finding = majority(mine, (me) => portalAt(me, ordered, site, beside));
    if (finding !== null) found.set(carrier, finding);
  }
  return found;
}

/** Whether a target's answers differ so that its neighbours are worth reading. */
export function mayBePortal(own: readonly Witness[]): boolean {
  return own.some((me) => {
    const mark = markOf(me);
    return mark !== null && othersGet(mark, me, own) !== null;
  });
}

function portalAt(
  me: Witness,
  own: readonly Witness[],
  site: string,
  beside: readonly Neighbour[],
): Finding | null {
  const mark = markOf(me);
  if (mark === null) return me.sample.detail.status === undefined ? null : false;
  const elsewhere = othersGet(mark, me, own);
  if (elsewhere === null) {
    const answered = own.some(({ carrier, sample }) => carrier !== me.carrier && isAnswered(sample.detail));
    return answered ? false : null;
  }
  const told = beside.flatMap((neighbour): { site: string; same: boolean }[] => {
    const here = neighbour.witnesses.find(({ vantage }) => vantage === me.vantage);
    const theirs = here && markOf(here);
    const itsOwn = othersGet(mark, me, neighbour.witnesses);
    if (!here || itsOwn === null || neighbour.site === site || areRelated(elsewhere, itsOwn)) return [];
    return [{ site: neighbour.site, same: theirs?.key === mark.key }];
  });
  const same = [...new Set(told.filter((one) => one.same).map((one) => one.site))].sort();
  if (same.length >= mark.wanted) return differenceOf(mark, same, elsewhere);
  return told.length >= mark.wanted ? false : null;
}

function differenceOf(mark: Mark, same: readonly string[], elsewhere: readonly Witness[]): Difference {
  const [first] = elsewhere;
  const theirs = first && (markOf(first)?.text ?? first.host);
  return {
    what: "portal",
    here: `${mark.text} (= ${same.slice(0, 3).join(", ")}${same.length > 3 ? ", …" : ""})`.slice(0, 256),
    elsewhere: (theirs ?? "").slice(0, 256),
  };
}

/** Answers of the other carriers when none of them is this mark; null = one is, or nobody was answered. */
function othersGet(mark: Mark, me: Witness, all: readonly Witness[]): readonly Witness[] | null {
  const others = all.filter(({ carrier, sample }) => carrier !== me.carrier && isAnswered(sample.detail));
  return others.length > 0 && others.every((other) => !isSame(mark, markOf(other))) ? others : null;
}

function isAnswered({ status, certificate }: Witness["sample"]["detail"]): boolean {
  return status !== undefined || certificate !== undefined;
}

/** Pages that name the visitor's address or network are one page. */
function isSame(mark: Mark, other: Mark | null): boolean {
  if (other === null) return false;
  if (other.key === mark.key) return true;
  const { bytes } = mark;
  return bytes !== undefined && other.bytes !== undefined && Math.abs(bytes - other.bytes) < LENGTH_MARGIN;
}

/** One owner's, or one network's: the same host, certificate or address, where nobody is on the way. */
function areRelated(one: readonly Witness[], other: readonly Witness[]): boolean {
  const known = new Set(one.flatMap(identitiesOf));
  return other.flatMap(identitiesOf).some((identity) => known.has(identity));
}

function identitiesOf({ sample: { detail }, host }: Witness): string[] {
  const { certificate, address, answers = [] } = detail;
  return [
    host,
    ...(certificate === undefined ? [] : [certificate.fingerprint256]),
    ...(address === undefined ? [] : [address]),
    ...answers.map((answer) => answer.address),
  ];
}
