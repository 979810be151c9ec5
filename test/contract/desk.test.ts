/** Documents, incidents and the outbox: versions that never repeat, and messages that are leased and settled once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutboxMessage } from "../../collector/store/store.ts";
import { VersionConflictError } from "../../collector/wire/errors.ts";
import { forEachEngine, incidentOf, T0, withStore } from "./support.ts";

forEachEngine("registry", (open) => {
  test(
    "a new document has version 1, each write one more, and reads give what was written",
    withStore(open, async (store) => {
      const value = { name: "商店", tags: ["a"], nested: { n: 1, none: null } };
      assert.equal(await store.registry.put("target", "shop", 0, value), 1);
      assert.deepEqual(await store.registry.get("target", "shop"), { id: "shop", version: 1, value });
      assert.equal(await store.registry.put("target", "shop", 1, { name: "x" }), 2);
      assert.equal(await store.registry.put("target", "shop", null, { name: "y" }), 3);
      assert.deepEqual(await store.registry.get("target", "shop"), {
        id: "shop",
        version: 3,
        value: { name: "y" },
      });
      assert.equal(await store.registry.get("vantage", "shop"), null);
    }),
  );

  test(
    "a write to another version is refused and changes nothing",
    withStore(open, async (store) => {
      await store.registry.put("target", "shop", 0, { n: 1 });
      for (const expected of [0, 2]) {
        await assert.rejects(store.registry.put("target", "shop", expected, { n: 2 }), (error: unknown) => {
          assert.ok(error instanceof VersionConflictError);
          assert.equal(error.message, `target "shop" is at version 1, the change was made to ${expected}`);
          return true;
        });
      }
      await assert.rejects(store.registry.put("target", "none", 3, { n: 2 }), VersionConflictError);
      assert.deepEqual((await store.registry.get("target", "shop"))?.value, { n: 1 });
    }),
  );

  test(
    "versions go on after a removal",
    withStore(open, async (store) => {
      await store.registry.put("carrier", "ct", 0, { n: 1 });
      assert.equal(await store.registry.put("carrier", "ct", 1, null), 2);
      assert.equal(await store.registry.get("carrier", "ct"), null);
      assert.deepEqual(await store.registry.list("carrier"), []);
      await assert.rejects(store.registry.put("carrier", "ct", 2, { n: 2 }), VersionConflictError);
      assert.equal(await store.registry.put("carrier", "ct", 0, { n: 2 }), 3);
    }),
  );

  test(
    "removing what is not there changes nothing, and what is given and got stays the store's own",
    withStore(open, async (store) => {
      assert.equal(await store.registry.put("carrier", "ct", null, null), 0);
      assert.deepEqual(await store.registry.list("carrier"), []);
      const value = { names: ["a"] };
      assert.equal(await store.registry.put("carrier", "ct", 0, value), 1);
      value.names.push("b");
      const got = (await store.registry.get("carrier", "ct"))?.value as typeof value;
      assert.deepEqual(got, { names: ["a"] });
      got.names.push("c");
      assert.deepEqual((await store.registry.get("carrier", "ct"))?.value, { names: ["a"] });
      await store.registry.put("carrier", "ct", 1, null);
      assert.equal(await store.registry.put("carrier", "ct", 0, null), 2, "the version it had stands");
      assert.equal(await store.registry.put("carrier", "ct", 0, {}), 3);
    }),
  );

  test(
    "the revision of a kind changes with each of its puts, and with no other",
    withStore(open, async (store) => {
      const revisions: number[] = [];
      const note = async () => revisions.push(await store.registry.revision("target"));
      await note();
      await store.registry.put("target", "shop", 0, { n: 1 });
      await note();
      await store.registry.put("vantage", "ct-1", 0, { n: 1 });
      await store.registry.list("target");
      await note();
      await store.registry.put("target", "shop", 1, null);
      await note();
      const [first = 0] = revisions;
      assert.deepEqual(
        revisions.map((one) => one - first),
        [0, 1, 1, 2],
      );
    }),
  );

  test(
    "a list is ordered by id and holds one kind",
    withStore(open, async (store) => {
      for (const id of ["b", "a-1", "a", "c"]) await store.registry.put("user", id, 0, { id });
      await store.registry.put("token", "z", 0, {});
      const list = await store.registry.list("user");
      assert.deepEqual(
        list.map((doc) => doc.id),
        ["a", "a-1", "b", "c"],
      );
    }),
  );

  test(
    "of two writers of one version exactly one succeeds",
    withStore(open, async (store) => {
      await store.registry.put("setting", "smtp", 0, { n: 0 });
      const answers = await Promise.allSettled(
        [1, 2, 3, 4].map((n) => store.registry.put("setting", "smtp", 1, { n })),
      );
      assert.deepEqual(answers.map((one) => one.status).sort(), [
        "fulfilled",
        "rejected",
        "rejected",
        "rejected",
      ]);
      assert.equal((await store.registry.get("setting", "smtp"))?.version, 2);
    }),
  );
});

const message = (id: string, createdMs = T0 * 1000): OutboxMessage => ({
  id,
  channel: "mail",
  recipient: "ops",
  payload: { kind: "down", 名: "商店" },
  createdMs,
});

forEachEngine("incidents", (open) => {
  test(
    "a transition stores the incident and its messages together",
    withStore(open, async (store) => {
      assert.equal(await store.incidents.transition(incidentOf(), 0, [message("m1")]), 1);
      assert.deepEqual(await store.incidents.get("shop-1"), { ...incidentOf(), version: 1 });
      assert.equal((await store.outbox.summary()).pending, 1);
      const ended = incidentOf({ toS: T0 + 600 });
      assert.equal(await store.incidents.transition(ended, 1, [message("m2")]), 2);
      assert.deepEqual(await store.incidents.get("shop-1"), { ...ended, version: 2 });
      assert.equal(await store.incidents.get("none"), null);
    }),
  );

  test(
    "a slower evaluator is refused, and its messages are not stored",
    withStore(open, async (store) => {
      await store.incidents.transition(incidentOf(), 0, []);
      await assert.rejects(
        store.incidents.transition(incidentOf(), 0, [message("m1")]),
        VersionConflictError,
      );
      await assert.rejects(
        store.incidents.transition(incidentOf(), 7, [message("m1")]),
        VersionConflictError,
      );
      assert.equal((await store.outbox.summary()).pending, 0);
    }),
  );

  test(
    "lists are newest first, by target, state and the range they touch",
    withStore(open, async (store) => {
      const all = [
        incidentOf({ id: "a", fromS: T0, toS: T0 + 600 }),
        incidentOf({ id: "b", fromS: T0 + 900 }),
        incidentOf({ id: "c", fromS: T0 + 1_200, toS: T0 + 1_500, target: "blog" }),
      ];
      for (const one of all) await store.incidents.transition(one, 0, []);
      const ids = async (query: Omit<Parameters<typeof store.incidents.list>[0], "limit">, limit = 10) =>
        (await store.incidents.list({ ...query, limit })).map((one) => one.id).join("");
      assert.equal(await ids({}), "cba");
      assert.equal(await ids({}, 2), "cb");
      assert.equal(await ids({ target: "shop" }), "ba");
      assert.equal(await ids({ open: true }), "b");
      assert.equal(await ids({ open: false }), "ca");
      assert.equal(await ids({ fromS: T0 + 600, toS: T0 + 900 }), "ba");
      assert.equal(await ids({ fromS: T0 + 601, toS: T0 + 899 }), "");
      assert.equal(await ids({ fromS: T0 + 5_000 }), "b");
    }),
  );
});

forEachEngine("outbox", (open) => {
  const at = T0 * 1000;

  test(
    "a message is leased to one notifier until the lease runs out",
    withStore(open, async (store) => {
      await store.incidents.transition(incidentOf(), 0, [message("m1", at), message("m0", at + 1)]);
      const [first, ...none] = await store.outbox.lease(at, 60_000, 10);
      assert.equal(none.length, 0, "the other one is not due yet");
      assert.deepEqual({ ...first, lease: "" }, { ...message("m1", at), attempts: 0, lease: "" });
      assert.deepEqual(
        (await store.outbox.lease(at + 1, 60_000, 10)).map((one) => one.id),
        ["m0"],
      );
      const again = await store.outbox.lease(at + 60_000, 60_000, 10);
      assert.deepEqual(
        again.map((one) => [one.id, one.attempts]),
        [["m1", 1]],
      );
      assert.equal(await store.outbox.settle("m1", first?.lease ?? "", { kind: "sent", atMs: at }), false);
      assert.equal(await store.outbox.settle("m1", again[0]?.lease ?? "", { kind: "sent", atMs: at }), true);
      assert.equal(await store.outbox.settle("m1", again[0]?.lease ?? "", { kind: "sent", atMs: at }), false);
    }),
  );

  test(
    "a message put off comes again at its time, a dead one never",
    withStore(open, async (store) => {
      await store.incidents.transition(incidentOf(), 0, [message("m1", at), message("m2", at)]);
      const [a, b] = await store.outbox.lease(at, 60_000, 10);
      await store.outbox.settle("m1", a?.lease ?? "", {
        kind: "retry",
        atMs: at + 30_000,
        error: "421 busy",
      });
      await store.outbox.settle("m2", b?.lease ?? "", {
        kind: "dead",
        atMs: at + 1,
        error: "550 no such user",
      });
      assert.deepEqual(await store.outbox.summary(), {
        pending: 1,
        failing: 1,
        dead: 1,
        sent: 0,
        lastError: "421 busy",
        lastSentMs: null,
      });
      assert.deepEqual(await store.outbox.lease(at + 29_999, 60_000, 10), []);
      const [again] = await store.outbox.lease(at + 30_000, 60_000, 10);
      assert.equal(again?.id, "m1");
      await store.outbox.settle("m1", again?.lease ?? "", { kind: "sent", atMs: at + 31_000 });
      const summary = await store.outbox.summary();
      assert.deepEqual(
        [summary.sent, summary.lastError, summary.lastSentMs],
        [1, "550 no such user", at + 31_000],
      );
    }),
  );

  test(
    "a message with nothing to say any more is dropped: not sent, not failed, never leased again",
    withStore(open, async (store) => {
      await store.incidents.transition(incidentOf(), 0, [message("m1", at)]);
      const [first] = await store.outbox.lease(at, 60_000, 10);
      await store.outbox.settle("m1", first?.lease ?? "", { kind: "retry", atMs: at + 1, error: "421 busy" });
      const [again] = await store.outbox.lease(at + 1, 60_000, 10);
      assert.equal(
        await store.outbox.settle("m1", again?.lease ?? "", { kind: "dropped", atMs: at + 2 }),
        true,
      );
      assert.deepEqual(await store.outbox.summary(), {
        pending: 0,
        failing: 0,
        dead: 0,
        sent: 0,
        lastError: null,
        lastSentMs: null,
      });
      assert.deepEqual(await store.outbox.lease(at + 600_000, 60_000, 10), []);
    }),
  );

  test(
    "the same message twice is one message",
    withStore(open, async (store) => {
      await store.incidents.transition(incidentOf(), 0, [message("m1")]);
      await store.incidents.transition(incidentOf(), 1, [message("m1")]);
      assert.equal((await store.outbox.summary()).pending, 1);
    }),
  );

  test(
    "a lease takes no more than its limit, oldest first",
    withStore(open, async (store) => {
      const messages = ["c", "a", "b"].map((id, i) => message(id, at + i));
      await store.incidents.transition(incidentOf(), 0, messages);
      const leased = await store.outbox.lease(at + 10, 1_000, 2);
      assert.deepEqual(
        leased.map((one) => one.id),
        ["c", "a"],
      );
    }),
  );
});
