/**
 * What went over loopback, as tcpdump saw it: packets with the kernel's time, addresses' ports and first bytes.
 *
 * tcpdump writes to a file while something is measured and is read afterwards, so that reading disturbs nothing.
 * Times are ms with fractions on the kernel's wall clock; only differences mean something.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Packet = {
  readonly atMs: number;
  readonly protocol: "tcp" | "udp";
  readonly from: number;
  readonly to: number;
  /** TCP flags; 0 of UDP. */
  readonly flags: number;
  /** Bytes it carries. */
  readonly bytes: number;
  /** The first of them. */
  readonly payload: Buffer;
};

/** Bytes kept of each packet: the names in a ClientHello, in a question and in a request lie before. */
const SNAP_BYTES = 700;

export type Capture = { packets(): Promise<Packet[]> };

/** @param ports Those whose packets are kept. @throws Error when tcpdump cannot listen. */
export async function capture(ports: readonly number[]): Promise<Capture> {
  const file = join(
    tmpdir(),
    `carrierwatch-bench-${process.pid}-${Math.random().toString(36).slice(2)}.pcap`,
  );
  const child = spawn(
    "tcpdump",
    [
      ...[
        "-i",
        "lo",
        "-n",
        "-s",
        String(SNAP_BYTES),
        "-B",
        "16384",
        "--time-stamp-precision=nano",
        "-Z",
        "root",
      ],
      ...["-w", file, ports.map((port) => `port ${port}`).join(" or ")],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  const ended = once(child, "close");
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/listening on/.test(said)) resolve();
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`tcpdump: ${said.trim()}`)));
  });
  return {
    async packets() {
      // What has just been received may still lie in the kernel's ring.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      child.kill("SIGINT");
      await ended;
      const dropped = Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? 0);
      const bytes = readFileSync(file);
      rmSync(file);
      if (dropped > 0) process.stderr.write(`  (tcpdump lost ${dropped} packets)\n`);
      return packetsOf(bytes);
    },
  };
}

const NANO_MAGIC = 0xa1b23c4d;
const ETHERNET_BYTES = 14;
const IPV4 = 0x0800;

/** @param file A pcap file with nanoseconds of an Ethernet-like interface, written on this machine. */
export function packetsOf(file: Buffer): Packet[] {
  if (file.readUInt32LE(0) !== NANO_MAGIC) throw new Error("not a pcap file with nanoseconds");
  const packets: Packet[] = [];
  let at = 24;
  while (at + 16 <= file.length) {
    const kept = file.readUInt32LE(at + 8);
    const atMs = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1e6;
    const packet = packetOf(file.subarray(at + 16, at + 16 + kept), atMs);
    if (packet) packets.push(packet);
    at += 16 + kept;
  }
  return packets;
}

function packetOf(frame: Buffer, atMs: number): Packet | null {
  if (frame.length < ETHERNET_BYTES + 20 || frame.readUInt16BE(12) !== IPV4) return null;
  const ip = frame.subarray(ETHERNET_BYTES);
  const headBytes = ((ip[0] ?? 0) & 15) * 4;
  const protocol = ip[9] === 6 ? "tcp" : ip[9] === 17 ? "udp" : null;
  if (protocol === null || ip.length < headBytes + 8) return null;
  const segment = ip.subarray(headBytes);
  const tcpBytes = protocol === "tcp" ? ((segment[12] ?? 0) >> 4) * 4 : 8;
  return {
    atMs,
    protocol,
    from: segment.readUInt16BE(0),
    to: segment.readUInt16BE(2),
    flags: protocol === "tcp" ? (segment[13] ?? 0) : 0,
    bytes: ip.readUInt16BE(2) - headBytes - tcpBytes,
    payload: segment.subarray(tcpBytes),
  };
}
