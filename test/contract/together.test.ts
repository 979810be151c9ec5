/**
 * Several callers at once, as several collectors over one store are: each thing is done by one of them, nothing is lost
 * between them, and what one was told is what all of them read.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutboxMessage, Store } from "../../collector/store/store.ts";
import { VersionConflictError } from "../../collector/wire/errors.ts";
import { forEachEngine, incidentOf, nowAfter, record, SERIES, T0, withStore } from "./support.ts";

const NOW = nowAfter(T0 + 3_000);
const at = T0 * 1_000;

/** So many calls that are all under way before the first is answered. */
const atOnce = <T>(calls: number, call: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: calls }, (_, i) => call(i)));

const times = (all: readonly string[], one: string) => all.filter((other) => other === one).length;

const messageTo = (recipient: string): OutboxMessage => ({
  id: `m-${recipient}`,
  channel: "mail",
  recipient,
  payload: {},
  createdMs: at,
});

const incident = incidentOf();

async function totalsOf(store: Store, rowS: number) {
  const range = { fromS: 0, toS: T0 * 2 };
  const [run] = await store.rows.read({ series: [SERIES], metrics: ["total"], rowS, ...range });
  return run?.columns.total;
}

forEachEngine("at once", (open) => {
  test(
    "of several records for one tick exactly one is stored, and it is the one that can be read",
    withStore(open, async (store) => {
      const answers = (await atOnce(9, (i) => store.samples.put([record({ seq: 1 + (i % 3) })], NOW))).flat();
      assert.deepEqual(
        ["stored", "duplicate", "conflict"].map((outcome) => times(answers, outcome)),
        [1, 2, 6],
      );
      const first = answers.indexOf("stored");
      const [kept] = await store.samples.latest([SERIES]);
      assert.equal(kept?.sample.seq, 1 + (first % 3));
      assert.deepEqual([...((await totalsOf(store, 300))?.sum ?? [])], [kept?.sample.timings.total]);
      const [counted] = await store.ops.counters();
      assert.deepEqual([counted?.stored, counted?.duplicate, counted?.conflict], [1, 2, 6]);
    }),
  );

  test(
    "batches that overlap are stored whole, each sample once in row, strip, log and counters",
    withStore(open, async (store) => {
      const batch = (i: number) =>
        Array.from({ length: 4 }, (_, k) => record({ tick: T0 + ((i + k) % 10) * 300 }));
      const answers = (await atOnce(10, (i) => store.samples.put(batch(i), NOW))).flat();
      assert.deepEqual([times(answers, "stored"), times(answers, "duplicate")], [10, 30]);
      const counts = (await totalsOf(store, 86_400))?.n ?? [];
      assert.equal(
        [...counts].reduce((sum, n) => sum + n, 0),
        10,
      );
      const [strip] = await store.strip.read({ series: [SERIES], fromS: 0, toS: T0 * 2 });
      assert.equal(strip?.codes.filter((code) => code !== 0).length, 10);
      const query = { series: [SERIES], fromS: 0, toS: T0 * 2, limit: 99, order: "oldest" } as const;
      assert.equal((await store.samples.page(query)).samples.length, 10);
      const [counted] = await store.ops.counters();
      assert.deepEqual([counted?.stored, counted?.duplicate], [10, 30]);
    }),
  );

  test(
    "an acknowledged sample is in every reading at once, whoever else writes",
    withStore(open, async (store) => {
      const others = atOnce(20, (i) =>
        store.samples.put([record({ target: `t-${i}`, tick: T0 + i * 300 })], nowAfter(T0 + 6_000)),
      );
      for (let i = 0; i < 10; i += 1) {
        const tick = T0 + i * 300;
        assert.deepEqual(await store.samples.put([record({ tick })], nowAfter(tick)), ["stored"]);
        const [states, latest, newest, strip, totals, generations] = await Promise.all([
          store.samples.states("shop", [tick]),
          store.samples.latest([SERIES]),
          store.samples.newest([SERIES]),
          store.strip.read({ series: [SERIES], fromS: tick, toS: tick }),
          totalsOf(store, 300),
          store.samples.generations("shop"),
        ]);
        assert.equal(states.length, 1);
        assert.equal(latest[0]?.sample.tick, tick);
        assert.equal(newest.ticks[0], tick);
        assert.notEqual(strip[0]?.codes[0] ?? 0, 0);
        assert.equal(totals?.n.length, i + 1);
        assert.equal(generations[0]?.lastTick, tick);
      }
      await others;
    }),
  );

  test(
    "each due mark is claimed by exactly one of several evaluators",
    withStore(open, async (store) => {
      const records = ["shop", "news", "blog"].flatMap((target) =>
        Array.from({ length: 10 }, (_, i) => record({ target, tick: T0 + i * 300 })),
      );
      await store.samples.put(records, NOW);
      const claimed = (await atOnce(6, () => store.claims.due(NOW, 1_000, 7))).flat();
      const names = claimed.map(({ target, tick }) => `${target} ${tick}`);
      assert.deepEqual(
        names.toSorted(),
        records.map(({ sample }) => `${sample.target} ${sample.tick}`).toSorted(),
      );
      await atOnce(3, (i) => store.claims.done(claimed.filter((_, k) => k % 3 === i)));
      assert.deepEqual(await store.claims.due(NOW + 1_000, 1_000, 99), []);
    }),
  );

  test(
    "marks of one tick are due by target, and a limit falls between them",
    withStore(open, async (store) => {
      const named = ["c", "a", "b-1", "b"].map((target) => record({ target }));
      await store.samples.put(named, NOW);
      const due = async () => (await store.claims.due(NOW, 1_000, 2)).map(({ target }) => target);
      assert.deepEqual([await due(), await due(), await due()], [["a", "b"], ["b-1", "c"], []]);
    }),
  );

  test(
    "a named lease is given to exactly one of several holders",
    withStore(open, async (store) => {
      const tokens = await atOnce(6, (i) => store.claims.take("evaluator", `holder-${i}`, NOW, 1_000));
      assert.equal(tokens.filter((token) => token !== null).length, 1);
    }),
  );

  test(
    "of several evaluators one makes the transition, and only its messages are stored",
    withStore(open, async (store) => {
      const answers = await Promise.allSettled(
        [0, 1, 2, 3].map((i) => store.incidents.transition(incident, 0, [messageTo(`r-${i}`)])),
      );
      const made = answers.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
      assert.equal(made.length, 1);
      for (const one of answers)
        if (one.status === "rejected") assert.ok(one.reason instanceof VersionConflictError);
      const leased = await store.outbox.lease(at, 1_000, 9);
      assert.deepEqual(
        leased.map(({ recipient }) => recipient),
        made.map((i) => `r-${i}`),
      );
    }),
  );

  test(
    "a message is leased to exactly one of several notifiers, and settled once",
    withStore(open, async (store) => {
      const recipients = Array.from({ length: 9 }, (_, i) => `r-${i}`);
      await store.incidents.transition(incident, 0, recipients.map(messageTo));
      const leased = (await atOnce(5, () => store.outbox.lease(at, 1_000, 2))).flat();
      assert.deepEqual(leased.map(({ recipient }) => recipient).toSorted(), recipients);
      assert.equal(new Set(leased.map(({ lease }) => lease)).size, 9, "each has a lease of its own");
      const [one] = leased;
      const settled = await atOnce(4, () =>
        store.outbox.settle(one?.id ?? "", one?.lease ?? "", { kind: "sent", atMs: at }),
      );
      assert.equal(settled.filter(Boolean).length, 1);
      const { sent, pending } = await store.outbox.summary();
      assert.deepEqual([sent, pending], [1, 8]);
    }),
  );
});
