/** Where a vantage is seen from: believed when it holds, an event when it is another, by family. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { egressPart } from "../../../collector/ingest/egress.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";

const T0_MS = Date.UTC(2026, 10, 21, 8);
const T0_S = T0_MS / 1000;
const A = "192.0.2.1";
const B = "198.51.100.1";

function part(store = memoryStore()) {
  const networkOf = (address: string) => (address === B ? { asn: 4837, carrier: "cnc" } : null);
  const seenFrom = egressPart({ store, networkOf });
  /** Contacts, each the given seconds after the beginning; which of them changed what is kept. */
  const hear = async (...contacts: readonly [atS: number, address: string | null][]) => {
    const changed: number[] = [];
    for (const [atS, address] of contacts)
      if (await seenFrom("v1", address, T0_MS + atS * 1000)) changed.push(atS);
    return changed;
  };
  const seen = async () => (await store.registry.get("egress", "v1"))?.value;
  const events = async () => await store.events.list({ limit: 99 });
  return { store, hear, seen, events };
}

test("the first address is kept at once and is no event; loopback and none say nothing", async () => {
  const { hear, seen, events } = part();
  assert.deepEqual(
    await hear([0, null], [1, "127.0.0.1"], [2, "::1"], [3, "::ffff:127.0.0.1"], [4, "here"]),
    [],
  );
  assert.equal(await seen(), undefined);
  assert.deepEqual(await hear([5, `::ffff:${A}`], [6, A]), [5]);
  assert.deepEqual(await seen(), { seen: [{ address: A, sinceS: T0_S + 5 }] });
  assert.deepEqual(await events(), []);
});

test("another address is believed when it held for a minute, from when it was first seen", async () => {
  const { hear, seen, events } = part();
  await hear([0, A]);
  assert.deepEqual(await hear([100, B], [130, B], [159, B]), []);
  assert.deepEqual(await hear([160, B]), [160]);
  const toHint = { asn: 4837, carrier: "cnc" };
  assert.deepEqual(await seen(), { seen: [{ address: B, sinceS: T0_S + 100, hint: toHint }] });
  const place = { id: `egress/v1/${T0_S + 100}/4`, atS: T0_S + 100, target: null, vantage: "v1" };
  assert.deepEqual(await events(), [{ ...place, kind: "egress", from: A, to: B, toHint }]);
  await hear([1000, A], [1061, A]);
  const [back] = await events();
  assert.ok(back?.kind === "egress");
  assert.deepEqual([back.from, back.to, back.fromHint], [B, A, toHint]);
});

test("a host that comes now from one and now from another of its carrier's addresses does not move", async () => {
  const { hear, events } = part();
  const pool = Array.from({ length: 200 }, (_, i): [number, string] => [i * 50, `192.0.2.${(i * 7) % 60}`]);
  assert.deepEqual(await hear(...pool), [0]);
  assert.deepEqual(await events(), []);
});

test("families are apart: a dual-stack host has one of each", async () => {
  const { hear, seen, events } = part();
  const both = Array.from({ length: 20 }, (_, i): [number, string] => [
    i * 40,
    i % 2 === 0 ? "2001:DB8::1" : A,
  ]);
  assert.deepEqual(await hear(...both), [0, 40]);
  assert.deepEqual(await seen(), {
    seen: [
      { address: A, sinceS: T0_S + 40 },
      { address: "2001:db8::1", sinceS: T0_S },
    ],
  });
  assert.deepEqual(await events(), []);
});

test("a restart goes on from what is kept", async () => {
  const { store, hear } = part();
  await hear([0, A]);
  const next = part(store);
  assert.deepEqual(await next.hear([10, A], [20, B], [90, B]), [90]);
  assert.equal((await next.events()).length, 1);
});
