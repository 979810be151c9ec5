/** Measurements on demand at the probe: started at once, bounded whatever a collector asks, told and never kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OnceNews, OnceResult } from "../../../collector/wire/on-demand.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { onDemandOf } from "../../../probe/schedule/on-demand.ts";
import { onceOf } from "../../support/assignments.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { keptLog } from "../../support/spool.ts";

const UP: OnceResult = { startedMs: 1, state: "up", timings: NO_TIMINGS, detail: {} };
const idOf = (n: number) => n.toString(16).padStart(16, "0");
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => onceOf(idOf(from + i)));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function demanding() {
  const clock = fakeClock();
  const told: OnceNews[] = [];
  const running: { id: string; end: PromiseWithResolvers<OnceResult> }[] = [];
  const onDemand = onDemandOf({
    clock,
    log: keptLog().log,
    tell: (news) => void told.push(news),
    measure: ({ id }, { signal }) => {
      const end = Promise.withResolvers<OnceResult>();
      signal?.addEventListener("abort", () => end.reject(signal.reason));
      running.push({ id, end });
      return end.promise;
    },
  });
  const kinds = (kind: OnceNews["kind"]) => told.filter((news) => news.kind === kind).map(({ id }) => id);
  return { clock, told, running, onDemand, kinds };
}

test("two run, eight wait, and the rest is refused at once", () => {
  const { onDemand, running, kinds } = demanding();
  onDemand.take(many(16));
  assert.deepEqual(
    running.map(({ id }) => id),
    [idOf(0), idOf(1)],
  );
  assert.deepEqual(
    kinds("busy"),
    Array.from({ length: 6 }, (_, i) => idOf(10 + i)),
  );
});

test("one that ends is told and makes room for the next; one that throws is a result too", async () => {
  const { onDemand, running, told } = demanding();
  onDemand.take(many(3));
  running[0]?.end.resolve(UP);
  running[1]?.end.reject(new Error("out of sockets"));
  await turn();
  assert.equal(running[2]?.id, idOf(2));
  const results = told.flatMap((news) => (news.kind === "measured" ? [news.result] : []));
  assert.deepEqual(results[0], UP);
  assert.equal(results[1]?.unknownReason, "internal");
  assert.equal(results[1]?.detail.note, "out of sockets");
});

test("at most thirty are begun in a minute, and the next minute takes again", async () => {
  const { clock, onDemand, running, kinds } = demanding();
  for (let n = 0; n < 31; n += 1) {
    onDemand.take(many(1, n));
    running[n]?.end.resolve(UP);
    await turn();
  }
  assert.equal(running.length, 30);
  assert.deepEqual(kinds("busy"), [idOf(30)]);
  await clock.advance(60_000);
  onDemand.take(many(1, 40));
  assert.equal(running.length, 31);
});

test("what waited until nobody listens is not measured", async () => {
  const { clock, onDemand, running } = demanding();
  onDemand.take([...many(2), onceOf(idOf(2), { withinMs: 1_000 }), onceOf(idOf(3))]);
  await clock.advance(1_000);
  running[0]?.end.resolve(UP);
  await turn();
  assert.deepEqual(
    running.map(({ id }) => id),
    [idOf(0), idOf(1), idOf(3)],
  );
});

test("a probe that stops begins nothing more and tells nothing more", async () => {
  const { onDemand, running, told } = demanding();
  onDemand.take(many(4));
  const before = told.length;
  onDemand.stop();
  await turn();
  assert.equal(running.length, 2);
  assert.equal(told.length, before);
});
