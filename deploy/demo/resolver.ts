/**
 * One carrier's name server: answers the demo's hosts with the address of that carrier's node, after the carrier's delay.
 *
 * UDP on loopback. Each carrier has its own, so a slow or dead resolver is one carrier's trouble, as in life.
 * @see RFC 1035, section 4.1
 */
import { createSocket, type RemoteInfo } from "node:dgram";
import type { DemoIncident } from "./scene.ts";

export type Resolver = {
  /** `127.0.0.1:PORT`, for a probe's own configuration. */
  readonly address: string;
  close(): Promise<void>;
};

/** What to do with one question: answer after `delayMs`, refuse to know, or stay silent. */
export type Reply =
  | { readonly kind: "answer"; readonly delayMs: number }
  | { readonly kind: "servfail"; readonly delayMs: number }
  | { readonly kind: "silent" };

const TYPE_A = 1;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/**
 * Starts a name server.
 *
 * @param address IPv4 address every known host resolves to.
 * @param replyTo What the conditions of this carrier make of a host right now; null = no such host.
 */
export async function startResolver(
  address: string,
  replyTo: (host: string) => Reply | null,
): Promise<Resolver> {
  const socket = createSocket("udp4");
  const timers = new Set<NodeJS.Timeout>();
  const send = (message: Buffer, to: RemoteInfo, delayMs: number) => {
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
    if (!reply) send(answer(query, question, NXDOMAIN, null), from, 1);
    else if (reply.kind === "servfail") send(answer(query, question, SERVFAIL, null), from, reply.delayMs);
    else if (reply.kind === "answer") {
      send(answer(query, question, 0, question.type === TYPE_A ? address : null), from, reply.delayMs);
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

/** The message that answers: the question repeated, the code, and one address record or none. */
function answer(query: Buffer, question: Question, code: number, address: string | null): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address === null ? 0 : 1, 6);
  header.writeUInt32BE(0, 8);
  const asked = query.subarray(12, question.end);
  if (address === null) return Buffer.concat([header, asked]);
  const record = Buffer.alloc(16);
  // The name is a pointer to the question; type A, class IN, 30 s, four bytes.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(30, 6);
  record.writeUInt16BE(4, 10);
  for (const [i, part] of address.split(".").entries()) record[12 + i] = Number(part);
  return Buffer.concat([header, asked, record]);
}
