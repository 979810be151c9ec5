/** What the bench takes for the truth: packets of scripted conversations and the times they stand for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Packet, packetsOf } from "./capture.ts";
import { median, quantile, spreadOf } from "./figures.ts";
import { shotId, truthOf } from "./truth.ts";

const PORTS = { dns: 53, http: 8080, https: 8443 };
const ID = shotId(7);
const SYN = 2;
const ACK = 16;
const FIN = 1;

const packet = (
  atMs: number,
  from: number,
  to: number,
  text = "",
  flags = ACK,
  bytes = text.length,
): Packet => ({
  ...{ atMs, from, to, flags, bytes, protocol: from === 53 || to === 53 ? "udp" : "tcp" },
  payload: Buffer.from(text),
});
const asked = [packet(0, 5000, 53, ID), packet(20, 53, 5000, ID)];

test("an encrypted measurement: tickets are no response, alerts are no part of it", () => {
  const [c, s] = [40_000, PORTS.https];
  const truth = truthOf(
    [
      ...asked,
      packet(21, c, s, "", SYN),
      packet(21.5, s, c, "", SYN | ACK),
      packet(21.6, c, s),
      packet(22, c, s, `hello ${ID}.timed.test`),
      packet(52, s, c, "server hello"),
      packet(53, s, c, "finished"),
      packet(55, c, s, "client finished"),
      packet(55.2, s, c, "tickets"),
      packet(55.4, c, s, "GET /"),
      packet(105.4, s, c, "head", ACK, 1200),
      packet(155, s, c, "part", ACK, 1024),
      packet(205.4, s, c, "part", ACK, 1024),
      packet(205.5, s, c, "alert", ACK, 24),
      packet(205.6, c, s, "alert", ACK | FIN, 24),
      packet(205.7, s, c, "alert", ACK, 24),
    ],
    PORTS,
  ).get(ID);
  assert.equal(truth?.length, 1);
  const rounded = Object.fromEntries(
    Object.entries(truth?.[0]?.times ?? {}).map(([name, ms]) => [name, ms === null ? null : +ms.toFixed(3)]),
  );
  assert.deepEqual(rounded, {
    ...{ dns: 20, connect: 0.5, tls: 31, tlsNet: 31, wait: 50, transfer: 100, total: 205.4 },
  });
});

test("a name measured twice has two truths, in the order of their beginnings, each with its own question", () => {
  const one = (zeroMs: number, client: number) => [
    packet(zeroMs, 5000, 53, ID),
    packet(zeroMs + 20, 53, 5000, ID),
    packet(zeroMs + 21, client, PORTS.http, "", SYN),
    packet(zeroMs + 22, PORTS.http, client, "", SYN | ACK),
    packet(zeroMs + 23, client, PORTS.http, `GET / ${ID}`),
    packet(zeroMs + 73, PORTS.http, client, "head", ACK, 1200),
    packet(zeroMs + 80, PORTS.http, client, "part", ACK, 1024),
  ];
  const truths = truthOf([...one(0, 40_000), ...one(300, 40_001)], PORTS).get(ID) ?? [];
  assert.deepEqual(
    truths.map(({ startMs, times }) => [startMs, times.total, times.tls]),
    [
      [0, 80, null],
      [300, 80, null],
    ],
  );
});

test("what was never answered has no times from there on", () => {
  const [truth] =
    truthOf(
      [
        ...asked,
        packet(21, 40_000, PORTS.http, "", SYN),
        packet(22, PORTS.http, 40_000, "", SYN | ACK),
        packet(23, 40_000, PORTS.http, `GET / ${ID}`),
      ],
      PORTS,
    ).get(ID) ?? [];
  assert.deepEqual([truth?.times.connect, truth?.times.wait, truth?.times.total], [1, null, null]);
});

test("a packet is read from tcpdump's file, with its time, ports, flags and length", () => {
  const frame = Buffer.alloc(14 + 20 + 20 + 4);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(20 + 20 + 300, 16);
  frame[23] = 6;
  frame.writeUInt16BE(40_000, 34);
  frame.writeUInt16BE(8080, 36);
  frame[46] = 5 << 4;
  frame[47] = ACK | FIN;
  frame.write("GET ", 54);
  const file = Buffer.alloc(24 + 16);
  file.writeUInt32LE(0xa1b23c4d, 0);
  file.writeUInt32LE(100, 24);
  file.writeUInt32LE(500_000, 28);
  file.writeUInt32LE(frame.length, 32);
  const [read, ...more] = packetsOf(Buffer.concat([file, frame]));
  assert.equal(more.length, 0);
  assert.deepEqual(
    { ...read, payload: read?.payload.toString() },
    {
      ...{ atMs: 100_000.5, protocol: "tcp", from: 40_000, to: 8080, flags: ACK | FIN, bytes: 300 },
      payload: "GET ",
    },
  );
});

test("figures: nearest rank, the middle of an even count, sizes of errors for the tails", () => {
  const numbers = Array.from({ length: 100 }, (_n, at) => at + 1);
  assert.deepEqual([quantile(numbers, 0.9), quantile(numbers, 0.99), median(numbers)], [90, 99, 50.5]);
  assert.deepEqual(spreadOf([-9, 1, 2, 3]), { median: 1.5, p90: 9, p99: 9, count: 4 });
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
