/**
 * ping://: TCP connects in a row to one address, each closed at once. No ICMP, so no privilege and no raw socket.
 *
 * A refused connect (RST) is an answer: whoever sent it is there, and it came in time. Only silence, and a router's
 * "unreachable", count as lost. More than half lost is down. connect is the median of the answers.
 */
import { PDP_MAX, usOf } from "../../../collector/wire/metric.ts";
import { openTcp } from "../connect.ts";
import { deadline, describe, StageError } from "../trouble.ts";
import { addressOf, mustAllow, type Reached } from "./reach.ts";
import type { KindTask } from "./task.ts";

/** From the start of one connect to the next; less where the timeout leaves no room. */
const GAP_MS = 200;
/** The connects are over this long before the measurement's own deadline. */
const MARGIN_MS = 20;

type Echo =
  | { readonly kind: "answer"; readonly ms: number; readonly refused: boolean }
  | { readonly kind: "lost"; readonly error: unknown };

/** Pings and leaves median, count and range in the task; rejects with what stopped it. */
export async function ping(
  task: KindTask,
  place: { readonly host: string; readonly port: number; readonly count: number },
): Promise<void> {
  const { marks, tools, assignment, at, detail } = task;
  const reached = await addressOf(task, place.host);
  at.phase = "connect";
  const beginMs = tools.clock.monoMs();
  const leftMs = assignment.timeouts.totalMs - (beginMs - marks.startMs) - MARGIN_MS;
  const gapMs = Math.min(GAP_MS, leftMs / 2 / place.count);
  const patienceMs = Math.max(1, Math.min(assignment.timeouts.connectMs, leftMs - gapMs * (place.count - 1)));
  marks.connectStartMs = beginMs;
  const echoes = await Promise.all(
    Array.from({ length: place.count }, (_, index) =>
      later(task, index * gapMs, () => echo(task, reached, place.port, patienceMs)),
    ),
  );
  task.course.stop.signal.throwIfAborted();
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
  const medianMs = medianOf(times);
  const from = marks.dnsMs ?? marks.startMs;
  marks.connectStartMs = from;
  marks.connectMs = from + medianMs;
  marks.endMs = marks.connectMs;
  task.course.marked(marks);
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

/** One connect, under a deadline of its own. Never rejects. */
async function echo(task: KindTask, reached: Reached, port: number, patienceMs: number): Promise<Echo> {
  const { tools, course } = task;
  const own = new AbortController();
  const all = () => own.abort(course.stop.signal.reason);
  course.stop.signal.addEventListener("abort", all, { once: true });
  const lift = deadline(tools.clock, patienceMs, own, `no answer after ${Math.round(patienceMs)} ms`);
  let startMs = tools.clock.monoMs();
  let endMs: number | null = null;
  try {
    const socket = await openTcp({
      ...reached,
      port,
      localAddress: tools.localAddress,
      signal: own.signal,
      begun: () => {
        startMs = tools.clock.monoMs();
      },
      mark: () => {
        endMs = tools.clock.monoMs();
        course.arrived();
      },
    });
    const { remoteAddress = "", localAddress } = socket;
    socket.destroy();
    if (localAddress !== undefined) task.detail.localAddress = localAddress.slice(0, 64);
    mustAllow(task, remoteAddress, remoteAddress);
    return { kind: "answer", ms: (endMs ?? tools.clock.monoMs()) - startMs, refused: false };
  } catch (error) {
    const { code } = describe(error);
    if (code !== "ECONNREFUSED" && code !== "ECONNRESET") return { kind: "lost", error };
    const ms = tools.clock.monoMs() - startMs;
    course.arrived();
    return { kind: "answer", ms, refused: true };
  } finally {
    lift();
    course.stop.signal.removeEventListener("abort", all);
  }
}

/** Acts after `ms`, or at once when the measurement is stopped: the act sees that itself. */
function later<T>({ tools, course }: KindTask, ms: number, act: () => Promise<T>): Promise<T> {
  if (ms <= 0) return act();
  return new Promise((resolve, reject) => {
    const { signal } = course.stop;
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
