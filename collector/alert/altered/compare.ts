/**
 * One tick of one target: what its vantages were answered -> which carrier is answered otherwise than the others. Pure.
 *
 * It takes a majority: at least two other carriers that are fine, and more of them than of those that are not. Where
 * the sign is unambiguous one other carrier is enough, and half. The order of samples changes nothing.
 */
import type { Difference } from "../../wire/event.ts";
import { AGREEMENTS, type Agreement, type Reading, SIGNS, type Sign, type What } from "./signs.ts";
import type { Witness } from "./witness.ts";

/** A difference, false = compared and like the others; a thing that could not be compared is absent. */
export type Finding = Difference | false;
export type Findings = ReadonlyMap<What, Finding>;

/** @returns By carrier id; carriers without a witness are absent. */
export function compareCarriers(witnesses: readonly Witness[]): ReadonlyMap<string, Findings> {
  const ordered = [...witnesses].sort((a, b) => (a.vantage < b.vantage ? -1 : 1));
  const carriers = Map.groupBy(ordered, (witness) => witness.carrier);
  return new Map(
    [...carriers].map(([carrier, own]) => {
      const others = [...carriers].filter(([id]) => id !== carrier).map(([, group]) => group);
      const findings = new Map<What, Finding>();
      const add = (what: What, finding: Finding | null) => {
        // Two ways to see the same thing: one that sees it is enough.
        if (finding !== null && !findings.get(what)) findings.set(what, finding);
      };
      for (const sign of SIGNS)
        add(
          sign.what,
          majority(own, (one) => odd(sign, one, others)),
        );
      for (const one of AGREEMENTS)
        add(
          one.what,
          majority(own, (me) => alone(one, me, others)),
        );
      return [carrier, findings];
    }),
  );
}

/** What more than half of a carrier's vantages find, of those that can tell. */
export function majority(
  own: readonly Witness[],
  find: (witness: Witness) => Finding | null,
): Finding | null {
  const findings = own.map(find).filter((finding) => finding !== null);
  const found = findings.filter((finding) => finding !== false);
  const [first] = found;
  if (findings.length === 0) return null;
  return first !== undefined && found.length * 2 > findings.length ? first : false;
}

type Read = { readonly witness: Witness; readonly reading: Reading };

function odd(sign: Sign, me: Witness, others: readonly (readonly Witness[])[]): Finding | null {
  const mine = sign.read(me, me);
  if (mine === null) return null;
  if (!mine.odd) return false;
  const groups = others.map((group) =>
    group.flatMap((witness): Read[] => {
      const reading = sign.read(witness, me);
      return reading === null ? [] : [{ witness, reading }];
    }),
  );
  const fine = groups.filter((group) => group.length > 0 && group.every(({ reading }) => !reading.odd));
  const alike = groups.filter((group) => group.some(({ reading }) => reading.odd)).length + 1;
  const witnesses = fine.flat().map(({ witness }) => witness);
  const enough = mine.sure
    ? fine.length >= 1 && alike <= fine.length
    : fine.length >= 2 && alike < fine.length;
  if (!enough) return alike > 1 ? false : null;
  if (sign.counts && !sign.counts(me, witnesses)) return false;
  return { what: sign.what, here: mine.text, elsewhere: fine[0]?.[0]?.reading.text ?? "" };
}

function alone(
  { what, value, comparable, counts }: Agreement,
  me: Witness,
  others: readonly (readonly Witness[])[],
): Finding | null {
  const mine = value(me);
  if (mine === null) return null;
  let first: Witness | undefined;
  let theirs: string | null = null;
  let groups = 0;
  let agree = true;
  for (const group of others) {
    let told = false;
    for (const witness of group) {
      const one = value(witness);
      if (one === null || !comparable(me, witness)) continue;
      told = true;
      first ??= witness;
      theirs ??= one;
      agree &&= one === theirs;
    }
    if (told) groups += 1;
  }
  if (groups < 2 || first === undefined) return null;
  if (!agree || theirs === null || theirs === mine || !counts(me, first)) return false;
  return { what, here: mine, elsewhere: theirs };
}
