/** Events: written by id, read newest first through their filters, the oldest of a kind given up beyond what is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENTS_KEPT, type Events } from "../../collector/store/store.ts";
import { EVENT_KINDS, type Event } from "../../collector/wire/event.ts";
import { forEachEngine, T0, withStore } from "./support.ts";

type Asked = Parameters<Events["list"]>[0];

const egress = (id: string, atS: number, vantage = "ct-1"): Event => ({
  id,
  atS,
  kind: "egress",
  target: null,
  vantage,
  from: "192.0.2.1",
  to: "192.0.2.2",
  toHint: { asn: 4134, name: "中国电信", carrier: "ct" },
});

const addresses = (id: string, atS: number, target = "shop", vantage = "ct-1"): Event => ({
  id,
  atS,
  kind: "addresses",
  target,
  vantage,
  added: ["2001:db8::1"],
  gone: [],
});

const altered = (id: string, atS: number, toS: number | null): Event => ({
  id,
  atS,
  kind: "altered",
  target: "shop",
  vantage: null,
  carrier: "cnc",
  toS,
  differs: [{ what: "length", here: "120", elsewhere: "9,000" }],
});

const ids = (events: readonly Event[]) => events.map(({ id }) => id);

forEachEngine("events", (open) => {
  test(
    "an event comes back as it was given; the same id again replaces it",
    withStore(open, async (store) => {
      await store.events.put([altered("a", T0, null), egress("e", T0)]);
      await store.events.put([altered("a", T0, T0 + 600)]);
      assert.deepEqual(await store.events.list({ limit: 10 }), [altered("a", T0, T0 + 600), egress("e", T0)]);
    }),
  );

  const three = [
    egress("e", T0 + 30, "cnc-1"),
    addresses("other", T0 + 20, "blog"),
    addresses("b", T0 + 10),
    addresses("a", T0 + 10, "shop", "cnc-1"),
    altered("z", T0, null),
  ];
  const asked: { name: string; query: Omit<Asked, "limit">; want: string[] }[] = [
    { name: "all, newest first and by id", query: {}, want: ["e", "other", "a", "b", "z"] },
    { name: "of a target, those of no target too", query: { target: "shop" }, want: ["e", "a", "b", "z"] },
    { name: "of a vantage", query: { vantage: "cnc-1" }, want: ["e", "a"] },
    { name: "of kinds", query: { kinds: ["egress", "altered"] }, want: ["e", "z"] },
    { name: "of no kind", query: { kinds: [] }, want: [] },
    { name: "both ends of a range", query: { fromS: T0 + 10, toS: T0 + 20 }, want: ["other", "a", "b"] },
    {
      name: "everything at once",
      query: { target: "shop", vantage: "ct-1", kinds: ["addresses"], fromS: T0, toS: T0 + 10 },
      want: ["b"],
    },
  ];
  for (const { name, query, want } of asked)
    test(
      `listed: ${name}`,
      withStore(open, async (store) => {
        await store.events.put(three.toReversed());
        assert.deepEqual(ids(await store.events.list({ ...query, limit: 10 })), want);
        assert.deepEqual(ids(await store.events.list({ ...query, limit: 1 })), want.slice(0, 1));
      }),
    );

  test(
    "beyond what is kept of a kind the oldest go, other kinds stand",
    withStore(open, async (store) => {
      const kept = EVENTS_KEPT.egress;
      await store.events.put([addresses("old", T0 - 1)]);
      const many = Array.from({ length: kept }, (_, i) => egress(`e-${i}`, T0 + i));
      await store.events.put(many);
      assert.equal((await store.events.list({ kinds: ["egress"], limit: kept * 2 })).length, kept);
      await store.events.put([egress("new", T0 + kept), egress("ancient", T0 - 5)]);
      const after = await store.events.list({ kinds: ["egress"], limit: kept * 2 });
      assert.equal(after.length, kept);
      assert.deepEqual([after[0]?.id, after.at(-1)?.id], ["new", "e-1"]);
      assert.deepEqual(ids(await store.events.list({ kinds: ["addresses"], limit: 9 })), ["old"]);
    }),
  );

  test(
    "messages come with what they tell of, each once",
    withStore(open, async (store) => {
      const message = { channel: "mail" as const, recipient: "ops", payload: { a: 1 }, createdMs: T0 * 1000 };
      await store.events.put([altered("a", T0, null)], [{ ...message, id: "m" }]);
      await store.events.put([altered("a", T0, T0 + 60)], [{ ...message, id: "m", payload: { a: 2 } }]);
      const leased = await store.outbox.lease(T0 * 1000, 1_000, 10);
      assert.deepEqual(
        leased.map(({ id, payload }) => [id, payload]),
        [["m", { a: 1 }]],
      );
    }),
  );

  test("every kind has its number", () => {
    assert.deepEqual(Object.keys(EVENTS_KEPT).toSorted(), EVENT_KINDS.toSorted());
  });

  test(
    "events do not hinder a check of the whole",
    withStore(open, async (store) => {
      await store.events.put(three);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );
});
