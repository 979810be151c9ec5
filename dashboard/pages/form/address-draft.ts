/** Which of a target's addresses are measured, as the form holds it. Pure. */
import type { Addresses } from "../../../collector/wire/request.ts";
import type { TargetInput } from "../../../collector/wire/target.ts";
import { CONNECTING } from "./kinds.ts";
import { type Part, part } from "./part.ts";
import { numberOf, textOf } from "./typed.ts";

export type AddressDraft = {
  family: TargetInput["family"];
  measure: Addresses["measure"];
  /** "majority", "all", "any" or a number. */
  up: string;
  /** Series per vantage. */
  max: string;
  pin: string;
  cache: boolean;
};

export function addressDraftOf({ family, addresses }: TargetInput): AddressDraft {
  return {
    family,
    measure: addresses?.measure ?? "one",
    up: String(addresses?.up ?? "majority"),
    max: String(addresses?.max ?? 8),
    pin: addresses?.pin ?? "",
    cache: addresses?.cache ?? false,
  };
}

export const ADDRESS_PARTS: readonly Part[] = [
  part("family", CONNECTING, (d) => d.family),
  part(
    "addresses.measure",
    CONNECTING,
    (d) => d.measure,
    (d, old) => (d.measure === "one" && old === undefined ? undefined : d.measure),
  ),
  part(
    "addresses.up",
    CONNECTING,
    (d) => [d.measure, d.up],
    (d, old) => (d.measure === "one" ? old : upOf(d.up, old)),
  ),
  part(
    "addresses.max",
    CONNECTING,
    (d) => [d.measure, d.max],
    (d, old) => {
      if (d.measure !== "every") return old;
      return d.max.trim() === "8" && old === undefined ? undefined : numberOf(d.max);
    },
  ),
  part(
    "addresses.pin",
    CONNECTING,
    (d) => d.pin,
    (d) => textOf(d.pin.trim()),
  ),
  part(
    "addresses.cache",
    CONNECTING,
    (d) => d.cache,
    (d, old) => (d.cache || old !== undefined ? d.cache : undefined),
  ),
];

function upOf(text: string, old: unknown): unknown {
  if (text === "majority" && old === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : text;
}
