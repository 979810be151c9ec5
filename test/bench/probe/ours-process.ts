/** The process behind ours.ts: measures what it is sent, each at its time, and answers what the samples say. */
import { DEFAULT_LIMITS } from "../../../probe/judge/judge.ts";
import { measurer } from "../../../probe/measure/measure.ts";
import type { Measurable, Measured } from "../../../probe/measure/measured.ts";
import { beSmallAndPrompt } from "../../../probe/own-process.ts";
import { assignmentFor } from "../../support/probe-bench.ts";
import type { OursAnswer, OursSetup } from "./ours.ts";
import { TIMEOUT_MS } from "./scene.ts";
import { atTheirTimes } from "./shots.ts";
import type { Reported, Shot } from "./subject.ts";
import type { Times } from "./truth.ts";
import { wallOffsetMs, watchedClock } from "./watched-clock.ts";

const setup: OursSetup = JSON.parse(process.argv[2] ?? "{}");
const timeoutMs = setup.timeoutMs ?? TIMEOUT_MS;
const started = beSmallAndPrompt();
const { clock, lastMonoMs } = watchedClock();
const engine = measurer({
  clock,
  allow: ["127.0.0.0/8"],
  allowFile: "--allow",
  random: () => 0,
  resolvers: [setup.dns],
  ca: [setup.ca],
  // Every measurement counts here, the disturbed ones too.
  limits: { loopDelayMs: 1e6, lateMs: 1e6, doubtShare: 1e6 },
});

/** The times of a sample, ms. */
function timesOf({ timings, detail }: Measured): Times {
  const ms = (us: number | null | undefined) => (us === null || us === undefined ? null : us / 1000);
  const { dns, connect, tls, wait, transfer, total } = timings;
  return {
    dns: ms(dns),
    connect: ms(connect),
    tls: ms(tls),
    tlsNet: ms(detail.tlsNetUs),
    wait: ms(wait),
    transfer: ms(transfer),
    total: ms(total),
  };
}

/** `markMs`: its start mark on the monotonic clock. */
type Sampled = Reported & { readonly markMs: number };

async function measured(id: string, assignment: Measurable): Promise<Sampled> {
  const fromMs = performance.now();
  started(fromMs);
  const running = engine.measure(assignment);
  // The question goes out within the call, and right before it the clock is read for the start mark.
  const markMs = lastMonoMs();
  const sample = await running;
  const suspect = (sample.detail.loopDelayMs ?? 0) > DEFAULT_LIMITS.loopDelayMs;
  return {
    id,
    ok: sample.state === "up",
    times: timesOf(sample),
    tookMs: performance.now() - fromMs,
    suspect,
    markMs,
  };
}

/** One for all: a probe reads the rules of an assignment once, not at every tick. */
const EXPECT = { status: ["200-299"] };
const TIMEOUTS = { connectMs: timeoutMs, totalMs: timeoutMs };

/** What is to be measured stands before the block begins, as a probe has its assignments and the peers their list. */
function assignmentOf({ url }: Shot): Measurable {
  return assignmentFor(url, { family: "ipv4", expect: EXPECT, timeouts: TIMEOUTS });
}

process.on("message", (shots: Shot[]) => {
  const assignments = shots.map(assignmentOf);
  const samples: Sampled[] = [];
  const before = process.cpuUsage();
  atTheirTimes(shots, (index) => {
    const [shot, assignment] = [shots[index], assignments[index]];
    if (!shot || !assignment) return;
    void measured(shot.id, assignment).then((sample) => {
      samples.push(sample);
      if (samples.length < shots.length) return;
      const { user, system } = process.cpuUsage(before);
      const offsetMs = wallOffsetMs();
      const reported = samples.map(({ markMs, ...one }) => ({ ...one, startMs: markMs + offsetMs }));
      const answer: OursAnswer = { reported, cpuMs: (user + system) / 1000 };
      process.send?.(answer);
    });
  });
});
await engine.warmUp();
process.send?.("ready");
