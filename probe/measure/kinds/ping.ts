/**
 * ping://: TCP connects in a row to one address, each closed at once. No ICMP, so no privilege and no raw socket.
 *
 * A refused connect (RST) is an answer: whoever sent it is there, and it came in time. Only silence, and a router's
 * "unreachable", count as lost. More than half lost is down. connect is the median of the answers.
 */
import { PDP_MAX, usOf } from "../../../collector/wire/metric.ts";
import { newMarks, phaseStartMs, phasesOf } from "../phases.ts";
import { type Chosen, connectTcp, findAddress, knownAddresses, type Reaching, type Way } from "../reach.ts";
import { deadline, describe, StageError } from "../trouble.ts";
import type { KindTask } from "./task.ts";

/** From the start of one connect to the next; less where the timeout leaves no room. */
const GAP_MS = 200;
/** The connects are over this long before the measurement's own deadline. */
const MARGIN_MS = 20;

type Place = { readonly host: string; readonly port: number; readonly count: number };

type Echo =
  | { readonly kind: "answer"; readonly ms: number; readonly refused: boolean }
  | { readonly kind: "lost"; readonly error: unknown };

/** Pings and leaves median, count and range in the task; rejects with what stopped it. */
export async function ping(task: KindTask, place: Place): Promise<void> {
  const { tools, assignment, way, reaching, detail } = task;
  const { marks, at } = reaching;
  const there = { ...way, host: place.host, port: place.port };
  const known = knownAddresses(tools, there);
  marks.startMs = tools.clock.monoMs();
  const chosen = await findAddress(tools, there, reaching, known);
  at.phase = "connect";
  marks.connectStartMs = tools.clock.monoMs();
  const leftMs = assignment.timeouts.totalMs - (marks.connectStartMs - marks.startMs) - MARGIN_MS;
  const gapMs = Math.min(GAP_MS, leftMs / 2 / place.count);
  const patienceMs = Math.max(1, Math.min(way.connectMs, leftMs - gapMs * (place.count - 1)));
  const echoes = await Promise.all(
    Array.from({ length: place.count }, (_, index) =>
      later(task, index * gapMs, () => echo(task, there, chosen, patienceMs)),
    ),
  );
  way.stop.signal.throwIfAborted();
  const answers = echoes.filter((one) => one.kind === "answer");
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  detail.ping = {
    sent: place.count,
    received: answers.length,
    minUs: capped(times[0]),
    maxUs: capped(times.at(-1)),
  };
  mustHaveAnswered(echoes, answers.length);
  const refused = answers.filter((one) => one.refused).length;
  if (refused > 0) {
    detail.note = `${refused} of ${answers.length} answers refused the connection: the host is there, the port is closed`;
  }
  // The spacing between the connects is ours and in no phase: the marks say one connect of median length.
  marks.connectStartMs = marks.dnsMs ?? marks.startMs;
  marks.connectMs = marks.connectStartMs + medianOf(times);
  marks.endMs = marks.connectMs;
  way.marked(marks);
}

function mustHaveAnswered(echoes: readonly Echo[], received: number): void {
  const errors = echoes.flatMap((one) => (one.kind === "lost" ? [one.error] : []));
  const own = errors.find((error) => describe(error).code !== "DEADLINE" && !isSilence(error));
  // What this machine could not do (no port left, no address) is not the network's loss.
  if (own !== undefined) throw own;
  if (errors.length * 2 <= echoes.length) return;
  const codes = [...new Set(errors.map((error) => describe(error).code))];
  // All told the same by a router: its word says more than "loss".
  if (received === 0 && codes.length === 1 && codes[0] !== "DEADLINE") throw errors[0];
  throw new StageError("LOSS", `${errors.length} of ${echoes.length} connects got no answer`);
}

const SILENCE = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EACCES", "EPERM"];

function isSilence(error: unknown): boolean {
  const { code, message } = describe(error);
  return SILENCE.includes(code) && !message.startsWith("bind ");
}

const noAnswer = (ms: number): string => `no answer after ${Math.round(ms)} ms`;

/** One connect, under a deadline of its own. Never rejects. */
async function echo(
  { tools, reaching }: KindTask,
  way: Way,
  chosen: Chosen,
  patienceMs: number,
): Promise<Echo> {
  const own = new AbortController();
  const all = () => own.abort(way.stop.signal.reason);
  way.stop.signal.addEventListener("abort", all, { once: true });
  const lift = deadline(tools.clock, patienceMs, own, noAnswer);
  const one: Reaching = { ...reaching, marks: newMarks(tools.clock.monoMs()), held: { socket: null } };
  try {
    await connectTcp(tools, { ...way, stop: own, marked: () => undefined }, one, chosen);
    return { kind: "answer", ms: phasesOf(one.marks).connect ?? 0, refused: false };
  } catch (error) {
    const { code } = describe(error);
    if (code !== "ECONNREFUSED" && code !== "ECONNRESET") return { kind: "lost", error };
    const ms = way.cameMs() - phaseStartMs(one.marks, "connect");
    way.arrived();
    return { kind: "answer", ms, refused: true };
  } finally {
    one.held.socket?.destroy();
    lift();
    way.stop.signal.removeEventListener("abort", all);
  }
}

/** Acts after `ms`, or at once when the measurement is stopped: the act sees that itself. */
function later<T>({ tools, way }: KindTask, ms: number, act: () => Promise<T>): Promise<T> {
  if (ms <= 0) return act();
  return new Promise((resolve, reject) => {
    const { signal } = way.stop;
    const go = () => {
      cancel();
      signal.removeEventListener("abort", go);
      act().then(resolve, reject);
    };
    const cancel = tools.clock.after(ms, go);
    signal.addEventListener("abort", go, { once: true });
  });
}

/** @param sorted At least one, ascending. The mean of the middle two of an even count. */
export function medianOf(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function capped(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.min(usOf(ms), PDP_MAX);
}
