/**
 * The scene as documents: vantages marked simulated, targets that exist since their history begins, and the incidents
 * of the past with the evidence the conditions give. Written once; a second start only corrects the ports in the URLs.
 */
import type { Store } from "../../collector/store/store.ts";
import type { CarrierEvidence, Incident } from "../../collector/wire/incident.ts";
import { Target } from "../../collector/wire/target.ts";
import { Vantage } from "../../collector/wire/vantage.ts";
import { conditionsAt } from "./conditions.ts";
import { demoEgress, demoEvents } from "./events.ts";
import { historyRange } from "./history.ts";
import type { Ports } from "./pages.ts";
import { CARRIERS, type DemoIncident, type DemoTarget, pastIncidents, TARGETS } from "./scene.ts";

/** Ticks running before an incident opens: the default of every target. */
const TICKS = 2;

export function urlOf(target: DemoTarget, ports: Ports): string {
  return `${target.scheme}://${target.host}:${ports[target.scheme]}${target.path}`;
}

/**
 * Writes what is missing of vantages and targets, and today's ports into the targets' URLs.
 *
 * @param startS When the demo was first started, UTC seconds: history ends and measuring begins there.
 */
export async function seedDocuments(store: Store, ports: Ports, startS: number): Promise<void> {
  const { registry } = store;
  for (const carrier of CARRIERS) {
    if (await registry.get("vantage", carrier.vantage)) continue;
    const createdS = Math.min(...TARGETS.map((target) => historyRange(target, startS).fromS));
    const { version: _, ...vantage } = Vantage.parse({
      ...{ id: carrier.vantage, name: carrier.name, carrier: carrier.id, createdS, version: 0 },
      simulated: true,
    });
    await registry.put("vantage", carrier.vantage, 0, vantage);
  }
  for (const target of TARGETS) {
    const doc = await registry.get("target", target.id);
    const url = urlOf(target, ports);
    if (!doc) {
      const { version: _, ...fresh } = targetOf(target, url, startS);
      await registry.put("target", target.id, 0, fresh);
      continue;
    }
    // What the user changed in the form stays; only a port of an earlier start is corrected.
    const known = Target.parse({ ...(doc.value as object), version: doc.version });
    if (URL.parse(known.url)?.hostname !== target.host || known.url === url) continue;
    const { version: _, ...moved } = { ...known, url };
    await registry.put("target", target.id, doc.version, moved);
  }
}

function targetOf(target: DemoTarget, url: string, startS: number): Target {
  return Target.parse({
    ...{ id: target.id, name: target.name, group: target.group, url, version: 0 },
    from: { vantages: CARRIERS.map((carrier) => carrier.vantage) },
    cron: target.stepS === 60 ? "* * * * *" : "*/5 * * * *",
    timeZone: "Asia/Shanghai",
    stepS: target.stepS,
    phaseS: 0,
    alarm: { lines: { total: { limit: target.totalLimitMs } }, ticks: TICKS },
    createdS: historyRange(target, startS).fromS,
    ...(target.everyAddress ? { addresses: { measure: "every", up: "any" } } : {}),
  });
}

/** Keeps what happened around the samples, and where the vantages are seen from. */
export async function seedEvents(store: Store, startS: number): Promise<void> {
  await store.events.put(demoEvents(startS));
  for (const carrier of CARRIERS) {
    if (await store.registry.get("egress", carrier.vantage)) continue;
    await store.registry.put("egress", carrier.vantage, 0, { seen: demoEgress(carrier, startS) });
  }
}

/** Records what went wrong in the past, told to nobody. */
export async function seedIncidents(store: Store, startS: number): Promise<void> {
  for (const incident of pastIncidents(startS)) {
    for (const record of recordsOf(incident, startS)) {
      if (!(await store.incidents.get(record.id))) await store.incidents.transition(record, 0, []);
    }
  }
}

function recordsOf(incident: DemoIncident, startS: number): Incident[] {
  if (incident.effect.kind === "away") {
    return CARRIERS.filter(({ id }) => incident.carriers.includes(id)).map(({ vantage }) =>
      recordOf("vantage", vantage, "silent", incident, 60, []),
    );
  }
  return TARGETS.flatMap((target) => {
    if (incident.targets.length > 0 && !incident.targets.includes(target.id)) return [];
    const firstS = Math.ceil(incident.fromS / target.stepS) * target.stepS;
    if (firstS < historyRange(target, startS).fromS) return [];
    const evidence = evidenceOf(target, incident, firstS + target.stepS);
    if (evidence.length === 0) return [];
    const all = evidence.length === CARRIERS.length;
    const kind = incident.effect.kind === "slow" ? "slow" : "down";
    return [recordOf("target", target.id, all ? kind : "degraded", incident, target.stepS, evidence)];
  });
}

/** What each carrier that is touched showed at the tick that decided; empty = nobody would have been alarmed. */
function evidenceOf(target: DemoTarget, incident: DemoIncident, tick: number): CarrierEvidence[] {
  return CARRIERS.flatMap((carrier): CarrierEvidence[] => {
    if (incident.carriers.length > 0 && !incident.carriers.includes(carrier.id)) return [];
    const c = conditionsAt(target, carrier, [incident], tick);
    const value = c.dnsMs + c.connectMs + c.tlsMs + c.waitMs + c.transferMs;
    const base = { carrier: carrier.id, reporting: 1, totalUs: Math.round(value * 1_000) };
    const { effect } = incident;
    if (effect.kind === "slow") {
      const beyond = { metric: "total", value, limit: target.totalLimitMs } as const;
      return value > target.totalLimitMs ? [{ ...base, state: "up", down: 0, beyond }] : [];
    }
    const failure = {
      status: { phase: "status", cause: "status", source: "target" },
      dns: { phase: "dns", cause: effect.kind === "dns" ? effect.cause : "dns-timeout", source: "resolver" },
      connect: { phase: "connect", cause: "connect-timeout", source: "network" },
      away: undefined,
    } as const;
    const why = failure[effect.kind];
    return why ? [{ ...base, state: "down", down: 1, totalUs: null, failure: why }] : [];
  });
}

function recordOf(
  subject: Incident["subject"],
  id: string,
  kind: Incident["class"],
  incident: DemoIncident,
  stepS: number,
  evidence: CarrierEvidence[],
): Incident {
  const fromS = Math.ceil(incident.fromS / stepS) * stepS;
  const toS = Math.ceil(incident.toS / stepS) * stepS;
  const at = (transition: "opened" | "ended", tick: number) => ({
    ...{ kind: transition, class: kind, tick, atMs: (tick + 2) * 1_000, told: false },
    evidence: transition === "opened" ? evidence : [],
  });
  return {
    ...{ id: `demo-${id}-${fromS}`, target: id, subject, class: kind, fromS, toS },
    transitions: [at("opened", fromS + (TICKS - 1) * stepS), at("ended", toS + (TICKS - 1) * stepS)],
  };
}
