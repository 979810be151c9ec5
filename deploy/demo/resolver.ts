/**
 * One carrier's name server: answers the demo's hosts with the address of that carrier's node, after the carrier's delay.
 *
 * UDP on loopback. Each carrier has its own, so a slow or dead resolver is one carrier's trouble, as in life. Hosts that
 * are not the demo's are asked of the machine's own resolvers, so that a URL of the user's can be added to the demo.
 * @see RFC 1035, section 4.1
 */
import { createSocket, type RemoteInfo } from "node:dgram";
import ipaddr from "ipaddr.js";
import type { DemoIncident } from "./scene.ts";

export type Resolver = {
  /** `127.0.0.1:PORT`, for a probe's own configuration. */
  readonly address: string;
  close(): Promise<void>;
};

/** What to do with one question: answer after `delayMs`, refuse to know, or stay silent. */
export type Reply =
  | {
      readonly kind: "answer";
      readonly delayMs: number;
      /** Beside the one every host has. */
      readonly more?: readonly string[];
    }
  | { readonly kind: "servfail"; readonly delayMs: number }
  | { readonly kind: "silent" };

/** Addresses of a host that is not the demo's; empty = it has none of that kind. @throws with code ENOTFOUND or another */
export type Forward = (host: string, family: 4 | 6) => Promise<readonly string[]>;

const TYPE_A = 1;
const TYPE_AAAA = 28;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/**
 * Starts a name server.
 *
 * @param address IPv4 address every known host resolves to.
 * @param replyTo What the conditions of this carrier make of a host right now; null = none of the demo's.
 */
export async function startResolver(
  address: string,
  replyTo: (host: string) => Reply | null,
  forward: Forward,
): Promise<Resolver> {
  const socket = createSocket("udp4");
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;
  const send = (message: Buffer, to: RemoteInfo, delayMs: number) => {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      socket.send(message, to.port, to.address);
    }, delayMs);
    timers.add(timer);
  };
  socket.on("message", (query, from) => {
    const question = questionOf(query);
    if (!question) return;
    const reply = replyTo(question.host);
    if (!reply) {
      void forwarded(query, question, forward).then((message) => send(message, from, 0));
    } else if (reply.kind === "servfail") {
      send(answer(query, question, SERVFAIL, []), from, reply.delayMs);
    } else if (reply.kind === "answer") {
      const addresses = question.type === TYPE_A ? [address, ...(reply.more ?? [])] : [];
      send(answer(query, question, 0, addresses), from, reply.delayMs);
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", resolve);
  });
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () =>
      new Promise((resolve) => {
        closed = true;
        for (const timer of timers) clearTimeout(timer);
        socket.close(() => resolve());
      }),
  };
}

/** The delay or refusal an incident's effect makes of a question. */
export function replyUnder(effect: DemoIncident["effect"] | null, delayMs: number): Reply {
  if (effect?.kind !== "dns") return { kind: "answer", delayMs };
  return effect.cause === "servfail" ? { kind: "servfail", delayMs } : { kind: "silent" };
}

type Question = { readonly host: string; readonly type: number; readonly end: number };

function questionOf(query: Buffer): Question | null {
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const size = query[at];
    if (size === undefined || size > 63) return null;
    at += 1;
    if (size === 0) break;
    labels.push(query.toString("latin1", at, at + size));
    at += size;
  }
  if (query.length < at + 4) return null;
  return { host: labels.join(".").toLowerCase(), type: query.readUInt16BE(at), end: at + 4 };
}

async function forwarded(query: Buffer, question: Question, forward: Forward): Promise<Buffer> {
  const family = question.type === TYPE_A ? 4 : question.type === TYPE_AAAA ? 6 : null;
  if (family === null) return answer(query, question, 0, []);
  try {
    return answer(query, question, 0, await forward(question.host, family));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENODATA") return answer(query, question, 0, []);
    return answer(query, question, code === "ENOTFOUND" ? NXDOMAIN : SERVFAIL, []);
  }
}

/** The message that answers: the question repeated, the code, and the address records. */
function answer(query: Buffer, question: Question, code: number, addresses: readonly string[]): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, question.end), ...addresses.map(recordOf)]);
}

/** One record: the name is a pointer to the question; type, class IN, 30 s, the address's bytes. */
function recordOf(address: string): Buffer {
  const bytes = ipaddr.parse(address).toByteArray();
  const fixed = Buffer.alloc(12);
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE(bytes.length === 4 ? TYPE_A : TYPE_AAAA, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(30, 6);
  fixed.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([fixed, Buffer.from(bytes)]);
}
