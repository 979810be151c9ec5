/**
 * Whether enough of a target's addresses are up for the target to be up. Arithmetic only.
 *
 * An address nobody could measure speaks neither for nor against: where the answer hangs on it, it is unknown.
 */
import type { Addresses } from "../../collector/wire/request.ts";

export type Count = {
  readonly up: number;
  /** Measured without being able to say. */
  readonly unknown: number;
  /** Measured in all. */
  readonly of: number;
};

/** How many must be up: more than half, all, one, or the number given, but never more than `max` are measured. */
export function neededOf({ up, max }: Pick<Addresses, "up" | "max">, of: number): number {
  if (up === "any") return 1;
  if (up === "all") return Math.max(1, of);
  if (up === "majority") return Math.floor(of / 2) + 1;
  return Math.min(up, max);
}

/** Up and down where they hold whatever the unknown ones are. */
export function enough({ up, unknown, of }: Count, needed: number): "up" | "down" | "unknown" {
  if (up >= needed) return "up";
  return up + unknown >= needed && of > 0 ? "unknown" : "down";
}
