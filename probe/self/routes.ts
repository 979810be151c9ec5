/**
 * Which way out of this machine an address has: by the kernel's tables, as text. Pure.
 *
 * The main table of /proc covers a machine with one way out. Where measurements are bound to a source address, policy
 * routing may send them elsewhere, and `ip route get` is asked instead.
 * @see Linux net/ipv4/fib_trie.c (fib_route_seq_show), net/ipv6/route.c (rt6_info_route)
 */
import ipaddr from "ipaddr.js";
import * as z from "zod";

/** gateway null: the address is on the link itself, or at the other end of one. */
export type Route = { readonly device: string; readonly gateway: string | null };

type Entry = Route & { readonly bits: number; readonly metric: number; readonly network: readonly number[] };

const UP = 0x1;
const GATEWAY = 0x2;
const REJECT = 0x200;

/** The route of /proc/net/route that an IPv4 address takes; null = none. */
export function routeIn4(table: string, address: string): Route | null {
  const entries = table
    .split("\n")
    .slice(1)
    .flatMap((line): Entry[] => {
      const fields = line.trim().split(/\s+/);
      const [device = "", network = "", gateway = "", flagText = ""] = fields;
      const mask = fields[7] ?? "";
      if (!/^[0-9A-F]{8}$/.test(network) || !/^[0-9A-F]{8}$/.test(mask)) return [];
      const flags = Number.parseInt(flagText, 16);
      if ((flags & UP) === 0 || (flags & REJECT) !== 0) return [];
      return [
        {
          device,
          gateway: (flags & GATEWAY) === 0 ? null : littleEndian(gateway).join("."),
          bits: littleEndian(mask).reduce((sum, byte) => sum + ones(byte), 0),
          metric: Number(fields[6]),
          network: littleEndian(network),
        },
      ];
    });
  return best(entries, address);
}

/** The route of /proc/net/ipv6_route that an IPv6 address takes; null = none. */
export function routeIn6(table: string, address: string): Route | null {
  const entries = table.split("\n").flatMap((line): Entry[] => {
    const [network = "", bits = "", , , next = "", metric = "", , , flagText = "", device = ""] = line
      .trim()
      .split(/\s+/);
    if (!/^[0-9a-f]{32}$/.test(network) || !/^[0-9a-f]{32}$/.test(next)) return [];
    const flags = Number.parseInt(flagText, 16);
    if ((flags & UP) === 0 || (flags & REJECT) !== 0) return [];
    const gateway = new ipaddr.IPv6([...bytesOf(next)]).toString();
    return [
      {
        device,
        // A link-local gateway is one only together with its link.
        gateway: (flags & GATEWAY) === 0 ? null : scoped(gateway, device),
        bits: Number.parseInt(bits, 16),
        metric: Number.parseInt(metric, 16),
        network: bytesOf(network),
      },
    ];
  });
  return best(entries, address);
}

const Got = z.array(
  z.object({
    dev: z.string(),
    gateway: z.string().optional(),
    via: z.object({ host: z.string() }).optional(),
  }),
);

/** What `ip -j route get` printed; null = it has no route in it. */
export function routeGot(json: string): Route | null {
  try {
    const [first] = Got.parse(JSON.parse(json));
    if (first === undefined) return null;
    const gateway = first.gateway ?? first.via?.host ?? null;
    return { device: first.dev, gateway: gateway === null ? null : scoped(gateway, first.dev) };
  } catch {
    return null;
  }
}

function best(entries: readonly Entry[], address: string): Route | null {
  const bytes = ipaddr.parse(address).toByteArray();
  const [first] = entries
    .filter(
      ({ network, bits, device }) =>
        device !== "lo" && network.length === bytes.length && covers(network, bits, bytes),
    )
    .sort((a, b) => b.bits - a.bits || a.metric - b.metric);
  return first ? { device: first.device, gateway: first.gateway } : null;
}

function covers(network: readonly number[], bits: number, address: readonly number[]): boolean {
  return network.every((byte, i) => {
    const mask = 0xff & (0xff00 >> Math.min(8, Math.max(0, bits - i * 8)));
    return (byte & mask) === ((address[i] ?? 0) & mask);
  });
}

function scoped(gateway: string, device: string): string {
  return /^fe[89ab]/i.test(gateway) ? `${gateway}%${device}` : gateway;
}

function littleEndian(hex: string): number[] {
  return [...bytesOf(hex)].reverse();
}

function bytesOf(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
