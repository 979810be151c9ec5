/**
 * What a carrier's network does to a page at an instant: delays per phase and what fails.
 *
 * Pure and seeded: the same scene, target, carrier and second always give the same numbers, so that the history written
 * at the first start and what the demo's own servers do afterwards are one story. Durations in ms.
 */
import type { DemoCarrier, DemoIncident, DemoTarget, Effect } from "./scene.ts";

export type Conditions = {
  readonly dnsMs: number;
  readonly connectMs: number;
  /** 0 for plain http. */
  readonly tlsMs: number;
  readonly waitMs: number;
  readonly transferMs: number;
  /** null = nothing is wrong, or it is only slow. */
  readonly fault: Exclude<Effect, { kind: "slow" }> | { readonly kind: "lost" } | null;
};

const DAY = 86_400;

/** 0 <= share < 1 from a text and a number; FNV-1a, then folded. */
export function chance(text: string, n: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ n, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A standard normal number, nearly: the sum of four uniform ones, scaled. */
function normal(text: string, n: number): number {
  const sum = chance(text, n) + chance(text, n + 7) + chance(text, n + 13) + chance(text, n + 29);
  return (sum - 2) * Math.sqrt(3);
}

/** A number between 0 and 1 that wanders, without a corner, from one knot to the next. */
function wandering(text: string, atS: number, knotS: number): number {
  const knot = Math.floor(atS / knotS);
  const share = atS / knotS - knot;
  const from = chance(text, knot);
  return from + (chance(text, knot + 1) - from) * share * share * (3 - 2 * share);
}

/** How busy a carrier's network is, 0 to 1: quiet before dawn, busiest at 21:30 in Beijing, more so at the weekend. */
export function busyness(atS: number): number {
  const localS = atS + 8 * 3_600;
  const hour = (localS % DAY) / 3_600;
  const evening = Math.exp(-((hour - 21.5) ** 2) / 6) + Math.exp(-((hour + 24 - 21.5) ** 2) / 6);
  const day = 0.35 * Math.exp(-((hour - 14) ** 2) / 18);
  const weekday = Math.floor(localS / DAY + 4) % 7;
  return Math.min(1, (evening + day) * (weekday === 0 || weekday === 6 ? 1 : 0.85));
}

function touches(incident: DemoIncident, target: string, carrier: string, atS: number): boolean {
  return (
    incident.fromS <= atS &&
    atS < incident.toS &&
    (incident.carriers.length === 0 || incident.carriers.includes(carrier)) &&
    (incident.targets.length === 0 || incident.targets.includes(target))
  );
}

/**
 * Delays and fault of one measurement.
 *
 * @param incidents Those that may touch the instant; others are ignored.
 * @param atS The tick, or now, UTC seconds.
 */
export function conditionsAt(
  target: DemoTarget,
  carrier: DemoCarrier,
  incidents: readonly DemoIncident[],
  atS: number,
): Conditions {
  const series = `${target.id}/${carrier.id}`;
  const touching = incidents.filter((incident) => touches(incident, target.id, carrier.id, atS));
  let slow = 1;
  let fault: Conditions["fault"] = null;
  for (const { effect } of touching) {
    if (effect.kind === "slow") slow *= effect.factor;
    else fault = effect;
  }
  if (!fault && chance(`${series}/loss`, atS) < carrier.loss) fault = { kind: "lost" };
  // Routes and machines change over weeks and months: a year is neither flat nor a wave.
  const season = 0.82 + 0.16 * wandering(carrier.id, atS, 11 * DAY) + 0.22 * wandering(series, atS, 53 * DAY);
  const load = (1 + carrier.evening * busyness(atS)) * season;
  const vary = (phase: string, n = 0) => Math.exp(carrier.noise * normal(series + phase, atS + n));
  // A spike now and then: MAX has something to show that AVERAGE hides.
  const spike = chance(`${series}/spike`, atS) < 0.004 ? 2.5 : 1;
  return {
    dnsMs: carrier.dnsMs * vary("dns") * (slow > 1 ? 1.4 : 1),
    connectMs: carrier.rttMs * load * vary("connect"),
    tlsMs: target.scheme === "https" ? (carrier.rttMs * 1.9 + 6) * load * vary("tls") : 0,
    waitMs: (carrier.rttMs * load + target.thinkMs * spike) * vary("wait") * slow,
    transferMs: (target.bodyBytes / carrier.bytesPerMs) * load * vary("transfer") * slow * spike,
    fault,
  };
}
