/**
 * A real DNS server on loopback, UDP and TCP port 0, with scripted answers per name and type.
 *
 * `dnsServer({ "web.test": { a: ["127.0.0.1"] } })`. A name nobody scripted is answered as "*" says, else NXDOMAIN.
 * Counts every question, those for impossible names aside.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

export type Zone = {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** Every question is answered with this name; the addresses, if any, stand under it. */
  readonly cname?: string;
  /** Data of further records, by type, as they travel: `{ 15: [mx(10, "mail.test")] }`. */
  readonly records?: Readonly<Record<number, readonly Buffer[]>>;
  readonly ttlS?: number;
  /** Before the answer, ms. */
  readonly delayMs?: number;
  readonly fault?: "servfail" | "refused" | "formerr" | "silent" | "silent-aaaa" | "garbage" | "truncated";
};

export type DnsServer = {
  /** 127.0.0.1:port: give it to measurer({ resolvers }). */
  readonly address: string;
  zones: Record<string, Zone | (() => Zone)>;
  /** `heldMs`: from the question to its answer, null until then. `from`: the address that asked. */
  readonly questions: { name: string; type: "A" | "AAAA" | "other"; heldMs: number | null; from: string }[];
  /** Names under .invalid that were asked for, which a probe does to see whether answers are forged. */
  readonly impossible: string[];
  close(): Promise<void>;
};

const RCODES = { formerr: 1, servfail: 2, refused: 5 } as const;
const NXDOMAIN = 3;

/** @param port Of UDP and TCP; 0 = one that is free for both. */
export async function dnsServer(
  zones: Record<string, Zone | (() => Zone)> = {},
  port = 0,
): Promise<DnsServer> {
  const timers = new Set<NodeJS.Timeout>();
  const server: DnsServer = {
    address: "",
    zones,
    questions: [],
    impossible: [],
    async close() {
      for (const timer of timers) clearTimeout(timer);
      socket.close();
      tcp.close();
      await once(socket, "close");
    },
  };
  const reply = (query: Buffer, from: string, overTcp: boolean, send: (answer: Buffer) => void) => {
    const question = questionOf(query);
    const askedMs = performance.now();
    const { name, type } = question;
    const asked: DnsServer["questions"][number] = { name, type, heldMs: null, from };
    if (question.name.endsWith(".invalid")) server.impossible.push(question.name);
    else server.questions.push(asked);
    const entry = server.zones[question.name] ?? server.zones["*"];
    const zone = typeof entry === "function" ? entry() : entry;
    const silent = zone?.fault === "silent" || (zone?.fault === "silent-aaaa" && question.type === "AAAA");
    if (silent) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(answerOf(query, question, zone, overTcp));
      asked.heldMs = performance.now() - askedMs;
    }, zone?.delayMs ?? 0);
    timers.add(timer);
  };
  const tcp = net.createServer((client) => {
    client.on("error", () => undefined);
    client.on("data", (data) =>
      reply(data.subarray(2), client.remoteAddress ?? "", true, (answer) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        client.write(Buffer.concat([length, answer]));
      }),
    );
  });
  const socket = await onePortFor(tcp, port);
  socket.on("message", (query, from) =>
    reply(query, from.address, false, (answer) => socket.send(answer, from.port, from.address)),
  );
  return Object.assign(server, { address: `127.0.0.1:${socket.address().port}` });
}

/** Both speak at one port; one that is free for TCP may be somebody's for UDP, so ports are drawn until one is free. */
async function onePortFor(tcp: net.Server, port: number): Promise<dgram.Socket> {
  for (;;) {
    tcp.listen(port, "127.0.0.1");
    await once(tcp, "listening");
    const udp = dgram.createSocket("udp4");
    udp.bind((tcp.address() as AddressInfo).port, "127.0.0.1");
    try {
      await once(udp, "listening");
      return udp;
    } catch (error) {
      udp.close();
      tcp.close();
      await once(tcp, "close");
      if (port !== 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}

type Question = {
  readonly name: string;
  readonly type: "A" | "AAAA" | "other";
  readonly code: number;
  readonly end: number;
};

function questionOf(query: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const code = query.readUInt16BE(at + 1);
  return {
    name: labels.join(".").toLowerCase(),
    type: code === 1 ? "A" : code === 28 ? "AAAA" : "other",
    code,
    end: at + 5,
  };
}

function answerOf(query: Buffer, question: Question, zone: Zone | undefined, overTcp: boolean): Buffer {
  if (zone?.fault === "garbage")
    return Buffer.concat([query.subarray(0, 2), Buffer.from("8180000100", "hex")]);
  const records = zone === undefined ? [] : recordsOf(question, zone);
  const rcode = zone === undefined ? NXDOMAIN : rcodeOf(zone);
  const cut = zone?.fault === "truncated" && !overTcp;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | rcode | (cut ? 0x0200 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(rcode === 0 && !cut ? records.length : 0, 6);
  const body = rcode === 0 && !cut ? records : [];
  return Buffer.concat([header, query.subarray(12, question.end), ...body]);
}

function rcodeOf(zone: Zone): number {
  return zone.fault === "servfail" || zone.fault === "refused" || zone.fault === "formerr"
    ? RCODES[zone.fault]
    : 0;
}

function recordsOf(question: Question, zone: Zone): Buffer[] {
  const ttlS = zone.ttlS ?? 60;
  const owner = zone.cname ? nameOf(zone.cname) : Buffer.from([0xc0, 12]);
  const records = zone.cname ? [record(Buffer.from([0xc0, 12]), 5, ttlS, nameOf(zone.cname))] : [];
  const addresses = question.type === "A" ? zone.a : question.type === "AAAA" ? zone.aaaa : [];
  for (const address of addresses ?? []) {
    records.push(record(owner, question.type === "A" ? 1 : 28, ttlS, bytesOf(address)));
  }
  for (const data of zone.records?.[question.code] ?? []) {
    records.push(record(owner, question.code, ttlS, data));
  }
  return records;
}

function record(owner: Buffer, type: number, ttlS: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(ttlS, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
}

/** A name as it travels. */
export function nameOf(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function bytesOf(address: string): Buffer {
  if (net.isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0");
  const words = [...left, ...zeros, ...right];
  return Buffer.from(
    words.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]),
  );
}
