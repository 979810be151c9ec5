/**
 * What tcptraceroute, mtr, traceroute and tracepath print becomes hops. Pure; all of it is hostile text.
 *
 * A line that is not understood is passed over: a tool that was cut off, or is another edition, still says something.
 * Silent hops at the end are cut to one. Times in ms.
 */
import ipaddr from "ipaddr.js";
import * as z from "zod";
import type { PathHop } from "../../collector/wire/path-evidence.ts";

export type Parsed = {
  readonly hops: PathHop[];
  /** The last hop is the address that was looked for. */
  readonly reached: boolean;
};

const TTL_MAX = 64;
const TIMES_MAX = 5;
const TIME_MAX_MS = 600_000;

/** traceroute and tcptraceroute, with numbers instead of names (-n). */
export function parseTraceroute(text: string, target: string): Parsed {
  const hops: PathHop[] = [];
  for (const line of linesOf(text)) {
    const [, ttlText = "", rest = ""] = /^\s*(\d{1,3})\s+(\S.*)$/.exec(line) ?? [];
    const ttl = Number(ttlText);
    if (!isTtl(ttl) || !/\*|\bms\b|!/.test(rest)) continue;
    const words = rest.split(/\s+/);
    const address = words.map(addressIn).find((one) => one !== null) ?? null;
    const times = words.flatMap((word, i) => (words[i + 1] === "ms" ? timeIn(word) : []));
    hops.push({ ttl, address, timesMs: address === null ? [] : times.slice(0, TIMES_MAX) });
  }
  return finished(hops, target);
}

/** tracepath -n: a line for each answer, several of one hop. */
export function parseTracepath(text: string, target: string): Parsed {
  const hops: PathHop[] = [];
  for (const line of linesOf(text)) {
    const [, ttlText = "", rest = ""] = /^\s*(\d{1,3})\??:\s+(\S.*)$/.exec(line) ?? [];
    const ttl = Number(ttlText);
    if (!isTtl(ttl) || rest.startsWith("[LOCALHOST]")) continue;
    const address = addressIn(rest.split(/\s+/)[0] ?? "");
    if (address === null && !rest.startsWith("no reply")) continue;
    const times = address === null ? [] : timeIn(/\s([\d.]+)ms\b/.exec(rest)?.[1] ?? "");
    const same = hops.find((hop) => hop.ttl === ttl);
    if (same === undefined) hops.push({ ttl, address, timesMs: times });
    else if (same.address === address) same.timesMs.splice(TIMES_MAX - 1, 1, ...times);
  }
  return finished(hops, target);
}

const Mtr = z.object({
  report: z.object({
    hubs: z
      .array(
        z.object({
          count: z.coerce.number(),
          host: z.string(),
          "Loss%": z.number(),
          Best: z.number(),
          Wrst: z.number(),
        }),
      )
      .max(256),
  }),
});

/** mtr --json -n with two rounds: the best and the worst of them are both of them. */
export function parseMtr(text: string, target: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { hops: [], reached: false };
  }
  const hubs = Mtr.safeParse(json).data?.report.hubs ?? [];
  const hops = hubs.flatMap((hub): PathHop[] => {
    if (!isTtl(hub.count)) return [];
    const address = addressIn(hub.host);
    const both = [hub.Best, hub.Wrst].flatMap((ms) => timeIn(String(ms)));
    const times = hub["Loss%"] === 0 ? both : both.slice(0, 1);
    return [{ ttl: hub.count, address, timesMs: address === null ? [] : times }];
  });
  return finished(hops, target);
}

function finished(hops: PathHop[], target: string): Parsed {
  const ordered = [...hops].sort((a, b) => a.ttl - b.ttl).slice(0, TTL_MAX);
  const end = ordered.findIndex(({ address }) => address !== null && isSame(address, target));
  const kept = end === -1 ? ordered : ordered.slice(0, end + 1);
  while (kept.at(-1)?.address === null && kept.at(-2)?.address === null) kept.pop();
  return { hops: kept, reached: end !== -1 };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .slice(0, 200)
    .map((line) => line.slice(0, 500));
}

function isTtl(ttl: number): boolean {
  return Number.isInteger(ttl) && ttl >= 1 && ttl <= TTL_MAX;
}

/** Bare, or in the parentheses that follow a name. */
function addressIn(word: string): string | null {
  const bare = word.replace(/^\((.*)\)$/, "$1").replace(/%.*$/, "");
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare;
  return bare.includes(":") && ipaddr.IPv6.isValid(bare) && bare.length <= 45 ? bare : null;
}

function isSame(one: string, other: string): boolean {
  return ipaddr.isValid(other) && ipaddr.process(one).toString() === ipaddr.process(other).toString();
}

function timeIn(word: string): number[] {
  if (!/^\d{1,7}(?:\.\d{1,6})?$/.test(word)) return [];
  const ms = Math.round(Number(word) * 1000) / 1000;
  return ms <= TIME_MAX_MS ? [ms] : [];
}
