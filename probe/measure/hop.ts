/**
 * One hop of a measurement: lookup, connect, TLS, request, answer, on a connection of its own.
 *
 * The guard is asked at every step that could reach somewhere. What went wrong becomes a Trouble with the phase it
 * happened in, taken from this hop's own marks; marks are null from there on.
 */
import type net from "node:net";
import tls from "node:tls";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Phase } from "../../collector/wire/metric.ts";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Certificate } from "../../collector/wire/sample.ts";
import { certificateOf, problemOf } from "./certificate.ts";
import { openTcp, openTls } from "./connect.ts";
import { type Answer, type Exchange, prepare } from "./exchange.ts";
import type { Interfaces } from "./families.ts";
import { type Guard, literalOf, portOf } from "./guard.ts";
import type { Addresses, Lookup } from "./lookup.ts";
import { type Marks, newMarks, phaseStartMs } from "./phases.ts";
import { deadline, describe, StageError, type Trouble } from "./trouble.ts";

/** What all hops of a probe share. */
export type HopTools = {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly lookup: Lookup;
  readonly context: tls.SecureContext;
  readonly localAddress: string | undefined;
  readonly random: () => number;
  readonly userAgent: string;
  readonly interfaces: Interfaces;
};

export type HopTask = {
  readonly url: URL;
  readonly assignment: Pick<Assignment, "method" | "expect" | "timeouts" | "redirects" | "bodyCapBytes">;
  /** Address families that may be used, in order of preference. */
  readonly families: readonly (4 | 6)[];
  /** The address to use whatever the name says; Host and SNI stay the URL's. */
  readonly pin?: string | undefined;
  /** Ends the measurement: the total deadline, or the caller. */
  readonly stop: AbortController;
  /** Called when something has just been waited for: how late the loop is counts now. */
  readonly arrived: () => void;
  /** Called after every mark. */
  readonly marked: (marks: Marks) => void;
};

export type Hop = {
  readonly marks: Marks;
  readonly trouble: Trouble | null;
  /** Null = there is none: the hop failed before the end. */
  readonly answer: Answer | null;
  readonly address: string | null;
  readonly family: 4 | 6 | null;
  readonly tlsProtocol: string | null;
  readonly certificate: Certificate | null;
  /** Of the answer, also of one that broke off. */
  readonly status: number | null;
  /** Body bytes read, at most the cap. */
  readonly wireBytes: number | null;
};

type Facts = {
  -readonly [key in "address" | "family" | "tlsProtocol" | "certificate" | "status" | "wireBytes"]: Hop[key];
};

/** Runs one hop; a failure is part of the answer. Rejects only when the caller's own signal stopped it. */
export async function runHop(tools: HopTools, task: HopTask): Promise<Hop> {
  const marks = newMarks(0);
  const facts: Facts = {
    address: null,
    family: null,
    tlsProtocol: null,
    certificate: null,
    status: null,
    wireBytes: null,
  };
  const at: { phase: Phase } = { phase: "dns" };
  const held: { socket: net.Socket | null } = { socket: null };
  let request: Exchange | null = null;
  try {
    request = requestOf(tools, task, { marks, facts, at, held });
    marks.startMs = tools.clock.monoMs();
    const answer = await answerOf(tools, task, { marks, facts, at, held }, request);
    return { marks, trouble: null, answer, ...facts };
  } catch (error) {
    return {
      marks,
      trouble: troubleOf(error, marks, at.phase, tools.clock.monoMs()),
      answer: null,
      ...facts,
    };
  } finally {
    // Only the outermost: Node 24 dies (SIGSEGV) when the TCP socket goes before its TLS socket in the handshake.
    held.socket?.destroy();
    request?.abandon();
  }
}

function troubleOf(error: unknown, marks: Marks, reached: Phase, nowMs: number): Trouble {
  const what = describe(error);
  // The answer was complete; what it holds is broken.
  if (what.code === "BAD_ENCODING") return { phase: "content", elapsedMs: nowMs - marks.startMs, ...what };
  return { phase: reached, elapsedMs: nowMs - phaseStartMs(marks, reached), ...what };
}

type Running = {
  readonly marks: Marks;
  readonly facts: Facts;
  readonly at: { phase: Phase };
  readonly held: { socket: net.Socket | null };
};

async function answerOf(
  tools: HopTools,
  task: HopTask,
  running: Running,
  request: Exchange,
): Promise<Answer> {
  const { at, facts } = running;
  const chosen = await resolve(tools, task, running);
  facts.address = chosen.address;
  facts.family = chosen.family;
  at.phase = "connect";
  const socket = await within(tools, task, () => connect(tools, task, running, chosen));
  at.phase = "wait";
  return request.answer(socket, task.stop.signal);
}

function requestOf(tools: HopTools, task: HopTask, { marks, at, facts, held }: Running): Exchange {
  const { assignment } = task;
  return prepare({
    url: task.url,
    method: assignment.method,
    userAgent: tools.userAgent,
    contains: assignment.expect.bodyContains,
    capBytes: assignment.bodyCapBytes,
    follow: assignment.redirects > 0,
    seen: facts,
    marks: {
      firstByte() {
        marks.firstByteMs = tools.clock.monoMs();
        task.arrived();
        at.phase = "transfer";
        task.marked(marks);
      },
      end() {
        marks.endMs = tools.clock.monoMs();
        task.arrived();
        task.marked(marks);
        if (held.socket instanceof tls.TLSSocket) facts.certificate = certificateOf(held.socket);
      },
    },
  });
}

/** The one address this hop uses; the guard has seen all of them. */
async function resolve(
  tools: HopTools,
  task: HopTask,
  { marks }: Running,
): Promise<{ address: string; family: 4 | 6 }> {
  const { url } = task;
  const host = task.pin ?? literalOf(url) ?? url.hostname;
  const nothing: Addresses = { family: 4, addresses: [] };
  const local = task.families.length === 0 ? nothing : tools.lookup.local(host, task.families);
  const found = local ?? (await within(tools, task, (signal) => ask(tools, task, marks, host, signal)));
  if (found.addresses.length === 0 && tools.localAddress !== undefined) {
    throw new StageError("NO_LOCAL_FAMILY", `${host} cannot be reached from ${tools.localAddress}`);
  }
  if (found.addresses.length === 0) {
    throw new StageError("NO_FAMILY", `${host} is not an address of the family this target is measured by`);
  }
  for (const address of found.addresses) {
    const refusal = tools.guard.address(address, portOf(url), host);
    if (refusal !== null) throw new StageError("GUARD", refusal);
  }
  const index = Math.min(found.addresses.length - 1, Math.floor(tools.random() * found.addresses.length));
  return { address: found.addresses[index] ?? "", family: found.family };
}

function ask(
  tools: HopTools,
  task: HopTask,
  marks: Marks,
  host: string,
  signal: AbortSignal,
): Promise<Addresses> {
  return tools.lookup
    .ask(host, task.families, signal, () => {
      marks.dnsMs = tools.clock.monoMs();
      task.arrived();
    })
    .then(
      (found) => {
        task.marked(marks);
        return found;
      },
      (error: unknown) => {
        marks.dnsMs = null;
        throw error;
      },
    );
}

/** TCP and, for https, TLS: together they have the connect timeout. */
async function connect(
  tools: HopTools,
  task: HopTask,
  running: Running,
  chosen: { address: string; family: 4 | 6 },
): Promise<net.Socket | tls.TLSSocket> {
  const { url, stop } = task;
  const { marks, at, facts } = running;
  const signal = stop.signal;
  const tcp = await openTcp({
    ...chosen,
    port: portOf(url),
    localAddress: tools.localAddress,
    signal,
    begun: () => {
      marks.connectStartMs = tools.clock.monoMs();
    },
    mark: () => {
      marks.connectMs = tools.clock.monoMs();
      task.arrived();
      task.marked(marks);
    },
  });
  running.held.socket = tcp;
  const refusal = tools.guard.address(tcp.remoteAddress ?? "", portOf(url), tcp.remoteAddress ?? "");
  if (refusal !== null) throw new StageError("GUARD", refusal);
  if (url.protocol !== "https:") return tcp;
  at.phase = "tls";
  const host = literalOf(url) ?? url.hostname.replace(/\.$/, "");
  const secure = await openTls({
    socket: tcp,
    host,
    context: tools.context,
    signal,
    took: (socket) => {
      running.held.socket = socket;
    },
    answered: task.arrived,
    mark: () => {
      marks.tlsMs = tools.clock.monoMs();
    },
  });
  facts.tlsProtocol = secure.getProtocol();
  const problem = problemOf(secure);
  if (problem !== null) {
    facts.certificate = certificateOf(secure);
    const error = Object.assign(new Error(certificateText(secure, problem)), { code: problem });
    marks.tlsMs = null;
    throw error;
  }
  task.marked(marks);
  return secure;
}

function certificateText(secure: tls.TLSSocket, problem: string): string {
  const error: unknown = secure.authorizationError;
  return error instanceof Error ? error.message : problem;
}

/** Runs a stage under the connect timeout, which ends the whole measurement. */
async function within<T>(
  tools: HopTools,
  task: HopTask,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { connectMs } = task.assignment.timeouts;
  const lift = deadline(tools.clock, connectMs, task.stop, `no end after ${connectMs} ms`);
  try {
    return await act(task.stop.signal);
  } finally {
    lift();
  }
}
