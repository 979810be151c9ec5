/**
 * What the answers of a lookup say in samples: the addresses, the most telling failure, what is not known. Pure.
 *
 * Next stop: the roll-up, or a sample of its own where there was nothing to measure.
 */
import type { Detail } from "../../collector/wire/sample.ts";
import type { Trouble } from "../measure/trouble.ts";
import type { FamilyAnswer } from "./ask.ts";
import { canonical, ordered } from "./places.ts";

/** No such name holds for both; "no address of this family" says less than any other error. */
export function mostTelling(answers: readonly FamilyAnswer[], localAddress: string | undefined): Trouble {
  const troubles = answers.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
  const named = troubles.find(({ code }) => code === "ENOTFOUND");
  return named ?? troubles.find(({ code }) => code !== "ENODATA") ?? troubles[0] ?? noFamily(localAddress);
}

/** Why a machine with one way out measures nothing by the other family. */
export function noFamily(localAddress: string | undefined): Trouble {
  const message = `it cannot be reached from ${localAddress ?? "this machine"}`;
  return { phase: "dns", code: "NO_LOCAL_FAMILY", message, elapsedMs: 0 };
}

/** One sentence of the families whose question failed; null = none did. */
export function unasked(failed: readonly FamilyAnswer[]): string | null {
  if (failed.length === 0) return null;
  const list = failed.map(({ family, trouble }) => `IPv${family}: ${trouble?.message ?? ""}`);
  return `not all of its addresses are known: ${list.join("; ")}`;
}

/** Every address once, the first of the wire's room. */
export function lookedOf(answers: readonly FamilyAnswer[]): Pick<Detail, "answers" | "resolver"> {
  const ttls = new Map(
    answers.flatMap(({ addresses, ttlS }) =>
      addresses.map((address, i) => [canonical(address), ttlS[i]] as const),
    ),
  );
  const list = ordered([...ttls.keys()]).slice(0, 32);
  const resolver = answers.find((answer) => answer.resolver !== null)?.resolver ?? null;
  return {
    answers: list.map((address) => {
      const ttlS = ttls.get(address);
      return ttlS === undefined ? { address } : { address, ttlS };
    }),
    ...(resolver === null ? {} : { resolver: resolver.slice(0, 64) }),
  };
}
