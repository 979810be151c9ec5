/** A process that sends a collector ten batches of 500 samples a second; forked by busy.ts. "count" -> how many. */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { BatchAnswer, Sample } from "../../../collector/wire/sample.ts";
import type { FeederSetup } from "./busy.ts";

const BATCH = 500;
const EVERY_MS = 100;
const STEP_S = 300;

const setup: FeederSetup = JSON.parse(process.argv[2] ?? "{}");
let seq = 0;
let stored = 0;
// Backwards through the late window, so that each (target, tick) is new.
let tick = Math.floor(Date.now() / 1000 / STEP_S) * STEP_S;
let next = 0;

function sample(): Sample {
  if (next === setup.targets.length) {
    next = 0;
    tick -= STEP_S;
  }
  const target = setup.targets[next] ?? "";
  next += 1;
  seq += 1;
  const us = 1_000 + ((seq * 7919) % 90_000);
  const timings = { dns: us, connect: us, tls: us, wait: us, transfer: us, ttfb: us * 4, total: us * 5 };
  const detail = { status: 200, bodyBytes: us, wireBytes: us, address: "192.0.2.1", family: 4 as const };
  return {
    ...{ target, tick, stepS: STEP_S, seq, startedMs: tick * 1000, state: "up" },
    ...{ timings: { ...timings, speed: us }, detail },
  };
}

async function send(): Promise<void> {
  const body = JSON.stringify({
    ...{
      wire: 1,
      epoch: "0123456789abcdef",
      sentMs: Date.now(),
      probeVersion: "0",
      knownMark: 0,
      rttMs: null,
    },
    spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
    samples: Array.from({ length: BATCH }, sample),
  });
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = { authorization: `Bearer ${setup.key}`, "content-type": "application/json" };
    const asked = request(`${setup.url}/api/v1/probe/samples`, { method: "POST", headers }, (response) => {
      text(response).then(resolve, reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
  const { outcomes }: BatchAnswer = JSON.parse(answer);
  stored += outcomes.filter(({ outcome }) => outcome === "stored").length;
}

process.on("message", () => process.send?.(stored));
await send();
if (stored !== BATCH) throw new Error(`the collector stored ${stored} of ${BATCH}`);
process.send?.("ready");
for (;;) {
  const fromMs = performance.now();
  await send();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - fromMs))));
}
