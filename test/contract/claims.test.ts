/** Leases and due marks: one evaluator at a time, nothing judged twice in silence, nothing forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachEngine, nowAfter, record, T0, withStore } from "./support.ts";

const NOW = nowAfter(T0 + 600);

forEachEngine("claims", (open) => {
  test(
    "a lease is its holder's until it runs out, and every token is greater than the one before",
    withStore(open, async (store) => {
      const { claims } = store;
      const first = await claims.take("evaluator", "a", NOW, 1_000);
      assert.equal(await claims.take("evaluator", "b", NOW + 999, 1_000), null);
      assert.notEqual(await claims.take("other", "b", NOW, 1_000), null);
      const renewed = await claims.take("evaluator", "a", NOW + 500, 1_000);
      assert.ok((renewed ?? 0) > (first ?? 0));
      assert.equal(await claims.take("evaluator", "b", NOW + 1_499, 1_000), null);
      const taken = await claims.take("evaluator", "b", NOW + 1_500, 1_000);
      assert.ok((taken ?? 0) > (renewed ?? 0));
      await claims.release("evaluator", renewed ?? 0);
      assert.equal(
        await claims.take("evaluator", "a", NOW + 1_600, 1_000),
        null,
        "an old token frees nothing",
      );
      await claims.release("evaluator", taken ?? 0);
      assert.ok(((await claims.take("evaluator", "a", NOW + 1_600, 1_000)) ?? 0) > (taken ?? 0));
    }),
  );

  test(
    "each stored (target, tick) is due once, oldest first, whatever number of vantages",
    withStore(open, async (store) => {
      const records = ["ct-1", "cnc-1"].flatMap((vantage) =>
        [600, 0, 300].map((after) => record({ vantage, tick: T0 + after })),
      );
      await store.samples.put(records, NOW);
      const due = await store.claims.due(NOW, 1_000, 2);
      assert.deepEqual(
        due.map(({ target, tick, live }) => [target, tick - T0, live]),
        [
          ["shop", 0, true],
          ["shop", 300, true],
        ],
      );
      assert.equal((await store.claims.due(NOW, 1_000, 10)).length, 1);
      assert.equal((await store.claims.due(NOW, 1_000, 10)).length, 0);
    }),
  );

  test(
    "a judged mark is gone, an unfinished one comes back when its claim runs out",
    withStore(open, async (store) => {
      await store.samples.put([record(), record({ tick: T0 + 300 })], NOW);
      const due = await store.claims.due(NOW, 1_000, 10);
      await store.claims.done(due.slice(0, 1));
      assert.deepEqual(await store.claims.due(NOW + 999, 1_000, 10), []);
      const again = await store.claims.due(NOW + 1_000, 1_000, 10);
      assert.deepEqual(
        again.map(({ tick }) => tick - T0),
        [300],
      );
      await store.claims.done(due);
      assert.equal(
        (await store.claims.due(NOW + 2_000, 1_000, 10)).length,
        1,
        "a late hand finishes nothing",
      );
    }),
  );

  test(
    "news that comes while a mark is judged makes it due again at once after",
    withStore(open, async (store) => {
      await store.samples.put([record()], NOW);
      const due = await store.claims.due(NOW, 60_000, 10);
      await store.samples.put([record({ vantage: "cnc-1" })], NOW);
      assert.deepEqual(await store.claims.due(NOW, 60_000, 10), [], "still claimed");
      await store.claims.done(due);
      const again = await store.claims.due(NOW, 60_000, 10);
      assert.deepEqual(
        again.map(({ tick }) => tick),
        [T0],
      );
      await store.claims.done(again);
      assert.deepEqual(await store.claims.due(NOW + 90_000, 1_000, 10), []);
    }),
  );

  test(
    "a mark is live when any sample since the last judgement was",
    withStore(open, async (store) => {
      const late = { receivedMs: (T0 + 9_000) * 1000 };
      await store.samples.put([record({ ...late })], NOW);
      const [first] = await store.claims.due(NOW, 1_000, 10);
      assert.equal(first?.live, false);
      await store.samples.put([record({ vantage: "cnc-1" })], NOW);
      const [second] = await store.claims.due(NOW + 1_000, 1_000, 10);
      assert.equal(second?.live, true);
      await store.samples.put([record({ vantage: "cmcc-1", ...late })], NOW);
      await store.claims.done(second ? [second] : []);
      const [third] = await store.claims.due(NOW + 1_000, 1_000, 10);
      assert.equal(third?.live, false);
    }),
  );

  test(
    "a claim that nobody finished is as live when it comes again, whatever came late in between",
    withStore(open, async (store) => {
      await store.samples.put([record()], NOW);
      await store.claims.due(NOW, 1_000, 10);
      const late = record({ vantage: "cnc-1", receivedMs: (T0 + 9_000) * 1000 });
      await store.samples.put([late], NOW);
      const [again] = await store.claims.due(NOW + 1_000, 1_000, 10);
      assert.equal(again?.live, true);
    }),
  );

  test(
    "neither duplicates nor history nor refused samples are due",
    withStore(open, async (store) => {
      await store.samples.put([record()], NOW);
      await store.claims.done(await store.claims.due(NOW, 1_000, 10));
      await store.samples.put([record(), record({ seq: 9 }), record({ tick: T0 + 90_000 })], NOW);
      await store.samples.load([record({ tick: T0 + 300 })], NOW);
      assert.deepEqual(await store.claims.due(NOW, 1_000, 10), []);
    }),
  );
});
