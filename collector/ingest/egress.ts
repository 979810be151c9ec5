/**
 * The address a vantage is seen from, by family, and an event when it is another: a link failed over, or was changed.
 *
 * It is taken as changed when it has held for a minute: a host that comes now from one address and now from another (a
 * carrier's shared addresses) is not said to move each time. Loopback says nothing of a network and is passed over.
 */
import { isIP } from "node:net";
import type { Store } from "../store/store.ts";
import { type Egress, EgressRecord } from "../wire/egress.ts";
import type { NetworkHint } from "../wire/path-evidence.ts";

/** Whose network an address is in; null = the table does not know. */
export type NetworkOf = (address: string) => NetworkHint | null;

/** How long another address must be the only one of its family before it is believed. */
const HOLDS_MS = 60_000;

type Candidate = { readonly address: string; readonly sinceMs: number };

/** @returns Takes note of where a contact came from; true when what is kept has changed. One at a time per vantage. */
export function egressPart(deps: {
  readonly store: Pick<Store, "registry" | "events">;
  readonly networkOf: NetworkOf;
}): (vantage: string, address: string | null, atMs: number) => Promise<boolean> {
  const { registry, events } = deps.store;
  const records = new Map<string, EgressRecord>();
  const candidates = new Map<string, Candidate>();
  const queues = new Map<string, Promise<unknown>>();

  const recordOf = async (vantage: string): Promise<EgressRecord> => {
    const doc = records.has(vantage) ? null : await registry.get("egress", vantage);
    return records.get(vantage) ?? EgressRecord.safeParse(doc?.value).data ?? { seen: [] };
  };
  const note = async (vantage: string, address: string, atMs: number): Promise<boolean> => {
    const family = isIP(address);
    const record = await recordOf(vantage);
    records.set(vantage, record);
    const before = record.seen.find((one) => isIP(one.address) === family);
    const key = `${vantage}/${family}`;
    if (before?.address === address) {
      candidates.delete(key);
      return false;
    }
    const candidate = candidates.get(key);
    const since = candidate?.address === address ? candidate : { address, sinceMs: atMs };
    candidates.set(key, since);
    if (before && atMs - since.sinceMs < HOLDS_MS) return false;
    const hint = deps.networkOf(address);
    const sinceS = Math.floor(since.sinceMs / 1000);
    const now: Egress = { address, sinceS, ...(hint ? { hint } : {}) };
    if (before) await events.put([changed(vantage, before, now)]);
    const seen = [...record.seen.filter((one) => one !== before), now];
    const next = { seen: seen.sort((a, b) => isIP(a.address) - isIP(b.address)) };
    await registry.put("egress", vantage, null, next);
    records.set(vantage, next);
    candidates.delete(key);
    return true;
  };
  return (vantage, given, atMs) => {
    const address = given === null ? null : publicForm(given);
    if (address === null) return Promise.resolve(false);
    const mine = (queues.get(vantage) ?? Promise.resolve()).then(() => note(vantage, address, atMs));
    queues.set(
      vantage,
      mine.catch(() => undefined),
    );
    return mine;
  };
}

function changed(vantage: string, from: Egress, to: Egress) {
  return {
    id: `egress/${vantage}/${to.sinceS}/${isIP(to.address)}`,
    atS: to.sinceS,
    kind: "egress" as const,
    target: null,
    vantage,
    from: from.address,
    to: to.address,
    ...(from.hint ? { fromHint: from.hint } : {}),
    ...(to.hint ? { toHint: to.hint } : {}),
  };
}

/** An IPv4 address in IPv6's clothes as itself; null for loopback and for what is no address. */
function publicForm(text: string): string | null {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
  if (isIP(address) === 0 || address === "::1" || address.startsWith("127.")) return null;
  return address;
}
