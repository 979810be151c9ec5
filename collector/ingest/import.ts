/**
 * History from elsewhere: samples of one series as stored samples, any tick that the longest archive still covers.
 *
 * They are never live, mark nothing due and so alarm nobody. What is held already stands, whoever measured it: such a
 * tick is a duplicate, so that an import which is run again changes nothing. Next stop of the data: `store`.
 */
import type { SampleRecord, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { NotFoundError } from "../wire/errors.ts";
import type { BatchAnswer } from "../wire/sample.ts";
import type { Known } from "./assigned.ts";
import { parseSample } from "./envelope.ts";

type Outcome = BatchAnswer["outcomes"][number];

/** The spool that imported samples are said to be of; no probe draws it. */
const EPOCH = "0000000000000000";

/**
 * @param samples Untrusted; their `target` must be the one named.
 * @returns One outcome per sample, in order; `why` with rejected.
 * @throws NotFoundError when the registry knows the target or the vantage no more
 */
export async function importSamples(
  deps: { readonly store: Pick<Store, "samples">; readonly registry: Known; readonly clock: Clock },
  { target, vantage, samples }: { target: string; vantage: string; samples: readonly unknown[] },
): Promise<Outcome[]> {
  const { store, registry, clock } = deps;
  if (!(await registry.targets.find(target))) throw new NotFoundError("target", target);
  if (!(await registry.vantages.find(vantage))) throw new NotFoundError("vantage", vantage);
  const nowMs = clock.nowMs();
  const parsed = samples.map(parseSample);
  const ticks = parsed.flatMap((one) => ("sample" in one ? [one.sample.tick] : []));
  const held = new Set(
    (await store.samples.states(target, ticks))
      .filter((stored) => stored.vantage === vantage)
      .map((stored) => stored.sample.tick),
  );
  const outcomes: (Outcome | null)[] = [];
  const records: SampleRecord[] = [];
  for (const one of parsed) {
    if ("why" in one) outcomes.push({ outcome: "rejected", why: one.why });
    else if (one.sample.target !== target) {
      outcomes.push({ outcome: "rejected", why: `it is of target ${one.sample.target}, not ${target}` });
    } else if (held.has(one.sample.tick)) outcomes.push({ outcome: "duplicate" });
    else {
      outcomes.push(null);
      records.push({ vantage, epoch: EPOCH, receivedMs: nowMs, skewMs: null, sample: one.sample });
    }
  }
  const stored = (await store.samples.load(records, nowMs)).values();
  return outcomes.map((outcome) => outcome ?? { outcome: stored.next().value ?? "rejected" });
}
