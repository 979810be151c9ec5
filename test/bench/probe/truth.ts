/**
 * Packets become the true times of each measurement, found by the name that only it asks for.
 *
 * dns: question to answer; connect: SYN to SYN-ACK; tls: ClientHello to the server's last handshake packet; wait: last
 * request packet to first response packet; transfer: first to last response packet; total: question to last response
 * packet. ms; null = there was no such thing. Tickets after the handshake and alerts at the end are no response.
 */
import type { Packet } from "./capture.ts";
import { HEAD_MS, type Ports } from "./scene.ts";

export const TIMES = ["dns", "connect", "tls", "tlsNet", "wait", "transfer", "total"] as const;
export type TimeName = (typeof TIMES)[number];
/** ms. tlsNet is what a client says of the network's part of the handshake; its truth is that of tls. */
export type Times = Record<TimeName, number | null>;

export const NO_TIMES: Times = {
  dns: null,
  connect: null,
  tls: null,
  tlsNet: null,
  wait: null,
  transfer: null,
  total: null,
};

/** The name of a measurement: how its packets are found. */
export function shotId(number: number): string {
  return `m${String(number).padStart(6, "0")}z`;
}

const ID = /m\d{6}z/;
const SYN = 2;
const ACK = 16;
const FIN_OR_RST = 5;
/** The response comes so long after its request, at least; a session ticket does not. */
const RESPONSE_AFTER_MS = HEAD_MS * 0.8;
/** An alert in its record is smaller, a part of the body larger. */
const ALERT_BYTES = 100;

type Connection = {
  id: string | null;
  synMs: number;
  synAckMs: number | null;
  encrypted: boolean;
  packets: { atMs: number; bytes: number; byClient: boolean; ends: boolean }[];
};

type Question = { firstMs: number; answeredMs: number | null };

/** A name may be measured more than once: its measurements in the order of their beginnings. */
export type Truth = { readonly startMs: number; readonly times: Times };

/** @returns By name; a measurement whose connection was never seen is left out. */
export function truthOf(packets: readonly Packet[], ports: Ports): Map<string, Truth[]> {
  const questions = new Map<string, Question[]>();
  const found = new Map<string, Truth[]>();
  for (const connection of connectionsOf(packets, ports, questions)) {
    if (connection.id === null) continue;
    // The last one asked before the connection is the one it was asked for.
    const question = questions.get(connection.id)?.findLast(({ firstMs }) => firstMs < connection.synMs);
    const truths = found.get(connection.id) ?? [];
    truths.push({
      startMs: question?.firstMs ?? connection.synMs,
      times: timesOf(connection, question),
    });
    found.set(connection.id, truths);
  }
  for (const truths of found.values()) truths.sort((a, b) => a.startMs - b.startMs);
  return found;
}

function connectionsOf(
  packets: readonly Packet[],
  ports: Ports,
  questions: Map<string, Question[]>,
): Connection[] {
  const all: Connection[] = [];
  const open = new Map<number, Connection>();
  for (const packet of packets) {
    if (packet.from === ports.dns || packet.to === ports.dns) {
      ask(questions, packet, ports);
      continue;
    }
    const byClient = packet.to === ports.http || packet.to === ports.https;
    const client = byClient ? packet.from : packet.to;
    if ((packet.flags & (SYN | ACK)) === SYN) {
      const connection: Connection = {
        id: null,
        synMs: packet.atMs,
        synAckMs: null,
        encrypted: packet.to === ports.https,
        packets: [],
      };
      all.push(connection);
      open.set(client, connection);
      continue;
    }
    const connection = open.get(client);
    if (!connection) continue;
    if ((packet.flags & SYN) !== 0) connection.synAckMs ??= packet.atMs;
    else add(connection, packet, byClient);
  }
  return all;
}

function add(connection: Connection, packet: Packet, byClient: boolean): void {
  const ends = (packet.flags & FIN_OR_RST) !== 0;
  if (packet.bytes <= 0 && !ends) return;
  if (byClient) connection.id ??= ID.exec(packet.payload.toString("latin1"))?.[0] ?? null;
  connection.packets.push({ atMs: packet.atMs, bytes: packet.bytes, byClient, ends });
}

function ask(questions: Map<string, Question[]>, packet: Packet, ports: Ports): void {
  const id = ID.exec(packet.payload.toString("latin1"))?.[0];
  if (id === undefined) return;
  const asked = questions.get(id) ?? [];
  const last = asked.at(-1);
  if (packet.from === ports.dns) {
    if (last) last.answeredMs ??= packet.atMs;
  } else if (!last || last.answeredMs !== null) asked.push({ firstMs: packet.atMs, answeredMs: null });
  questions.set(id, asked);
}

function timesOf(connection: Connection, question: Question | undefined): Times {
  const { packets, encrypted, synMs, synAckMs } = connection;
  const answeredMs = question?.answeredMs ?? null;
  const sent = packets.filter(({ byClient, bytes }) => byClient && bytes > 0);
  const tls = encrypted ? handshakeMs(packets) : null;
  const response = responseOf(packets, encrypted ? 2 : 1);
  const startMs = question?.firstMs ?? synMs;
  return {
    dns: question && answeredMs !== null ? answeredMs - question.firstMs : null,
    connect: synAckMs === null ? null : synAckMs - synMs,
    tls: sent.length > 0 ? tls : null,
    tlsNet: sent.length > 0 ? tls : null,
    wait: response && response.firstMs - response.requestMs,
    transfer: response && response.lastMs - response.firstMs,
    total: response && response.lastMs - startMs,
  };
}

/** ClientHello to the last packet of the server before the client's second flight. */
function handshakeMs(packets: Connection["packets"]): number | null {
  const hello = packets.findIndex(({ byClient, bytes }) => byClient && bytes > 0);
  const second = packets.findIndex(({ byClient, bytes }, at) => at > hello && byClient && bytes > 0);
  const helloMs = packets[hello]?.atMs;
  const last = packets.slice(hello + 1, second).findLast(({ byClient, bytes }) => !byClient && bytes > 0);
  return helloMs === undefined || second < 0 || !last ? null : last.atMs - helloMs;
}

function responseOf(
  packets: Connection["packets"],
  flightsBefore: number,
): { requestMs: number; firstMs: number; lastMs: number } | null {
  let requestMs = 0;
  let flights = 0;
  for (const [at, packet] of packets.entries()) {
    if (packet.byClient) {
      flights += packet.bytes > 0 ? 1 : 0;
      requestMs = packet.atMs;
      continue;
    }
    if (packet.bytes <= 0 || flights < flightsBefore || packet.atMs - requestMs < RESPONSE_AFTER_MS) continue;
    const rest = packets.slice(at + 1);
    const over = rest.findIndex(({ byClient }) => byClient);
    const parts = (over < 0 ? rest : rest.slice(0, over)).filter(({ bytes }) => bytes >= ALERT_BYTES);
    return { requestMs, firstMs: packet.atMs, lastMs: parts.at(-1)?.atMs ?? packet.atMs };
  }
  return null;
}
