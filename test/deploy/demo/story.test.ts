/** The demo's story: seeded conditions and the history made of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sample } from "../../../collector/wire/sample.ts";
import { busyness, conditionsAt } from "../../../deploy/demo/conditions.ts";
import { historyOf, historyRange } from "../../../deploy/demo/history.ts";
import { CARRIERS, hourlyIncidents, leadIn, pastIncidents, TARGETS } from "../../../deploy/demo/scene.ts";

const START_S = Date.UTC(2026, 10, 21, 8, 0, 0) / 1000;
const carrier = (id: string) => {
  const found = CARRIERS.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
const target = (id: string) => {
  const found = TARGETS.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
const records = (t: string, c: string, days: number) => {
  const range = historyRange({ ...target(t), days }, START_S);
  return [...historyOf(target(t), carrier(c), pastIncidents(START_S), range, 500)].flat();
};

test("the same second gives the same conditions, another second others", () => {
  const of = (atS: number) => conditionsAt(target("shop-home"), carrier("ct"), [], atS);
  assert.deepEqual(of(START_S), of(START_S));
  assert.notDeepEqual(of(START_S), of(START_S + 300));
});

test("evenings in Beijing are busier than the hours before dawn", () => {
  const at = (hour: number) => busyness(Date.UTC(2026, 10, 18, hour - 8) / 1000);
  assert.ok(at(21) > 0.7 && at(5 + 24) < 0.1, `${at(21)} ${at(29)}`);
});

test("every record of the history is a sample that the wire accepts", () => {
  let seen = 0;
  for (const { id } of TARGETS) {
    for (const c of CARRIERS) {
      for (const record of records(id, c.id, 4)) {
        Sample.parse(record.sample);
        seen += 1;
      }
    }
  }
  assert.ok(seen > 10_000, `${seen}`);
});

test("phases add up to the total, and what failed archives no total", () => {
  for (const { sample } of records("shop-pay", "cmcc", 7)) {
    const { dns, connect, tls, wait, transfer, ttfb, total } = sample.timings;
    if (sample.state === "up") {
      assert.equal((dns ?? 0) + (connect ?? 0) + (tls ?? 0) + (wait ?? 0), ttfb);
      assert.equal((ttfb ?? 0) + (transfer ?? 0), total);
    } else if (sample.failure?.phase !== "status") assert.equal(total, null);
  }
});

test("an outage is down at every tick, a vantage that was away leaves a gap", () => {
  const [outage] = pastIncidents(START_S).filter((one) => one.effect.kind === "status");
  const [away] = pastIncidents(START_S).filter((one) => one.effect.kind === "away");
  assert.ok(outage && away);
  const during = records("shop-pay", "ct", 7).filter(
    ({ sample }) => outage.fromS <= sample.tick && sample.tick < outage.toS,
  );
  assert.equal(during.length, 15);
  assert.ok(during.every(({ sample }) => sample.state === "down"));
  const gap = records("shop-home", "cmcc", 20).filter(
    ({ sample }) => away.fromS <= sample.tick && sample.tick < away.toS,
  );
  assert.deepEqual(gap, []);
});

test("history ends where measuring begins, and every past incident lies before it", () => {
  for (const t of TARGETS) {
    assert.equal(historyRange(t, START_S).toS, START_S - t.stepS);
    assert.equal(historyRange(t, START_S + t.stepS - 1).toS, START_S - t.stepS);
  }
  assert.ok(pastIncidents(START_S).every((one) => one.toS < START_S && one.fromS < one.toS));
  const hour = hourlyIncidents(START_S, START_S + 5_000);
  assert.ok(hour.length === 3 && hour.every((one) => one.fromS >= START_S + 3_600));
});

test("the trouble that is under way at the start began before it and goes on", () => {
  const [before] = leadIn(START_S);
  const [during] = hourlyIncidents(START_S, START_S + 60);
  assert.ok(before && during);
  assert.equal(before.fromS, START_S - 900);
  assert.equal(before.toS, during.fromS);
  assert.deepEqual(before.effect, during.effect);
});

test("a target measured every minute has five-minute ticks before its last fortnight, and none twice", () => {
  const ticks = records("shop-pay", "ct", 30).map(({ sample }) => sample);
  const steps = [...new Set(ticks.map(({ stepS }) => stepS))];
  assert.deepEqual(steps, [300, 60]);
  assert.ok(ticks.every(({ tick, stepS }, i) => tick % stepS === 0 && tick > (ticks[i - 1]?.tick ?? 0)));
});
