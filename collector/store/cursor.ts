/**
 * The order of a page of samples and the mark that says where the next page begins.
 *
 * Order: tick in the direction asked for, then target, vantage, address. A cursor is the place of the last sample given;
 * it stays right while samples are added, because it names a place and not a count.
 */
import { InvalidInputError } from "../wire/errors.ts";
import type { StoredSample } from "./store.ts";

/** Where a sample stands among all: unique, since a series has one sample per tick. `address` "" = the target's own. */
export type Place = {
  readonly tick: number;
  readonly target: string;
  readonly vantage: string;
  readonly address: string;
};

/** Where a stored sample stands. */
export function placed({ sample, vantage }: StoredSample): Place {
  return { tick: sample.tick, target: sample.target, vantage, address: sample.address ?? "" };
}

/** Below 0 when a comes before b. */
export function comparePlaces(order: "newest" | "oldest", a: Place, b: Place): number {
  const byTick = order === "newest" ? b.tick - a.tick : a.tick - b.tick;
  return (
    byTick ||
    compareText(a.target, b.target) ||
    compareText(a.vantage, b.vantage) ||
    compareText(a.address, b.address)
  );
}

/** Plain code-unit order, the same in every locale and in SQLite. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ids and addresses hold no slash, so the text is unambiguous. */
export function cursorOf({ tick, target, vantage, address }: Place): string {
  return `${tick}/${target}/${vantage}${address === "" ? "" : `/${address}`}`;
}

/** @throws InvalidInputError when the text was not made by cursorOf. */
export function placeOf(cursor: string): Place {
  const match = /^(\d{1,12})\/([a-z0-9-]+)\/([a-z0-9-]+)(?:\/([a-z0-9.:]+))?$/.exec(cursor);
  if (!match)
    throw new InvalidInputError("the cursor", [
      { path: "cursor", message: "use the cursor of the page before" },
    ]);
  const [, tick, target = "", vantage = "", address = ""] = match;
  return { tick: Number(tick), target, vantage, address };
}
