/**
 * What happened around the demo's invented past: routes taken when carriers failed, a line that failed over, moved
 * addresses, a carrier's altered answers; and where its vantages are seen from.
 *
 * Pure. Addresses are of the ranges kept for documentation (RFC 5737); the networks' names are real ones, so that a page
 * looks as it would, under vantages that are marked as simulated. Next stop: `store.events` and the registry.
 */
import type { Egress } from "../../collector/wire/egress.ts";
import type { Event } from "../../collector/wire/event.ts";
import type { NetworkHint, PathEvidence, PathHop } from "../../collector/wire/path-evidence.ts";
import { chance } from "./conditions.ts";
import {
  CARRIERS,
  type DemoCarrier,
  type DemoIncident,
  type DemoTarget,
  pastIncidents,
  TARGETS,
} from "./scene.ts";

const HOUR = 3_600;
const DAY = 86_400;

const NETWORKS: Readonly<Record<DemoCarrier["id"], NetworkHint>> = {
  ct: { asn: 4134, name: "China Telecom", carrier: "ct" },
  cnc: { asn: 4837, name: "China Unicom", carrier: "cnc" },
  cmcc: { asn: 9808, name: "China Mobile", carrier: "cmcc" },
};
const CLOUD: NetworkHint = { asn: 37963, name: "Alibaba Cloud" };
const SITE = "203.0.113.80";

/** Every event of the past, in no order. @param startS When the demo was first started, UTC seconds. */
export function demoEvents(startS: number): Event[] {
  return [
    ...pastIncidents(startS).flatMap((incident) => routesOf(incident)),
    ...moves(startS),
    ...alterations(startS),
  ];
}

/** Where a demo vantage is seen from. */
export function demoEgress(carrier: DemoCarrier, startS: number): Egress[] {
  const since = carrier.id === "cnc" ? startS - 20 * HOUR : startS - 300 * DAY;
  return [{ address: egressOf(carrier), sinceS: since, hint: NETWORKS[carrier.id] }];
}

function egressOf({ id }: DemoCarrier): string {
  return { ct: "198.51.100.17", cnc: "198.51.100.89", cmcc: "198.51.100.142" }[id];
}

/** The routes probes took at the first bad tick of an incident that lies in a carrier's network. */
function routesOf({ fromS, carriers, targets, effect }: DemoIncident): Event[] {
  if (effect.kind !== "slow" && effect.kind !== "connect") return [];
  const atS = Math.ceil(fromS / 300) * 300 + 300;
  return CARRIERS.filter(({ id }) => carriers.includes(id)).flatMap((carrier) =>
    TARGETS.filter(({ id }) => targets.length === 0 || targets.includes(id))
      .slice(0, 2)
      .map((target) => ({
        ...{ id: `path/${carrier.vantage}/${target.id}/${atS}`, kind: "path" as const, atS },
        ...{ target: target.id, vantage: carrier.vantage },
        evidence: routeOf(target, carrier, atS, effect.kind === "connect"),
      })),
  );
}

function routeOf(target: DemoTarget, carrier: DemoCarrier, atS: number, broken: boolean): PathEvidence {
  const network = NETWORKS[carrier.id];
  const hop = (ttl: number, address: string | null, share: number, hint?: NetworkHint): PathHop => ({
    ttl,
    address,
    timesMs:
      address === null
        ? []
        : [0, 1, 2].map((n) => {
            const vary = 0.9 + 0.3 * chance(`${carrier.id}${ttl}`, atS + n);
            return Math.round(carrier.rttMs * share * vary * 100) / 100;
          }),
    ...(hint ? { hint } : {}),
  });
  const way = [
    hop(1, "192.0.2.1", 0.03),
    hop(2, "198.51.100.1", 0.1, network),
    hop(3, null, 0),
    hop(4, null, 0),
    hop(5, "198.51.100.201", 0.35, network),
    // Where carriers meet is where it is slow in the evening.
    hop(6, "198.51.100.233", broken ? 0.6 : 3.4, network),
  ];
  const rest = [hop(7, "203.0.113.5", 3.6, CLOUD), hop(8, SITE, 3.7, CLOUD)];
  return {
    takenMs: atS * 1_000 + 4_000,
    tool: "mtr",
    address: SITE,
    port: target.scheme === "https" ? 443 : 80,
    hops: broken ? way : [...way, ...rest],
    reached: !broken,
    answers: [SITE, "203.0.113.81"],
    resolver: "198.51.100.53",
    chain:
      target.scheme === "https" && !broken
        ? [
            {
              subject: `CN=${target.host}`,
              issuer: "CN=Simulated CA",
              notAfterS: atS + 60 * DAY,
            },
          ]
        : [],
    ...(broken ? {} : { head: "HTTP/1.1 200 OK\r\nserver: demo\r\ncontent-type: text/html" }),
  };
}

/** A line that failed over and back, and addresses that moved. */
function moves(startS: number): Event[] {
  const unicom = CARRIERS[1];
  if (!unicom) return [];
  const own = NETWORKS.cnc;
  const spare = "198.51.100.30";
  const egress = (
    atS: number,
    from: string,
    fromHint: NetworkHint,
    to: string,
    toHint: NetworkHint,
  ): Event => ({
    ...{ id: `egress/${unicom.vantage}/${atS}`, kind: "egress", target: null, vantage: unicom.vantage, atS },
    ...{ from, to, fromHint, toHint },
  });
  const moved = (target: string, atS: number, added: string[], gone: string[]): Event[] =>
    CARRIERS.map(({ vantage }, i) => ({
      ...{ id: `addresses/${target}/${vantage}/${atS}`, kind: "addresses" as const, target, vantage },
      ...{ atS: atS + i * 300, added, gone },
    }));
  return [
    egress(startS - 22 * HOUR, egressOf(unicom), own, spare, NETWORKS.ct),
    egress(startS - 20 * HOUR, spare, NETWORKS.ct, egressOf(unicom), own),
    egress(startS - 140 * DAY, "198.51.100.61", own, egressOf(unicom), own),
    ...moved("shop-images", startS - 70 * 60, ["203.0.113.91"], ["203.0.113.82"]),
    ...moved("shop-home", startS - 5 * DAY, ["203.0.113.83", "203.0.113.84"], []),
    ...moved("news-home", startS - 61 * DAY, ["203.0.113.120"], ["203.0.113.110"]),
  ];
}

/** Plain http: the only page of the demo that a cache on the way could read. */
const OPEN = "news-api";

/** A stale cache on one carrier's way, for some hours. */
function alterations(startS: number): Event[] {
  const atS = Math.floor((startS - 9 * HOUR) / 300) * 300;
  return [atS, atS - 12 * DAY].map((fromS) => ({
    ...{ id: `altered/${OPEN}/cmcc/${fromS}`, kind: "altered", target: OPEN, vantage: null, carrier: "cmcc" },
    ...{ atS: fromS, toS: fromS + 2 * HOUR },
    differs: [
      { what: "via", here: "1.1 cache-07.example (simulated)", elsewhere: "" },
      { what: "age", here: "5400", elsewhere: "" },
      { what: "length", here: "131072", elsewhere: "140000" },
    ],
  }));
}
