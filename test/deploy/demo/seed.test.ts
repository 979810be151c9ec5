/** What the demo writes at its first start, and that a second start writes nothing twice. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { EgressRecord } from "../../../collector/wire/egress.ts";
import { EVENT_KINDS, Event } from "../../../collector/wire/event.ts";
import { Incident } from "../../../collector/wire/incident.ts";
import { Target } from "../../../collector/wire/target.ts";
import { Vantage } from "../../../collector/wire/vantage.ts";
import { openDiary, writeDiary } from "../../../deploy/demo/diary.ts";
import { loadHistory, ticksIn } from "../../../deploy/demo/load.ts";
import { progressLine } from "../../../deploy/demo/progress.ts";
import { CARRIERS, TARGETS } from "../../../deploy/demo/scene.ts";
import { seedDocuments, seedEvents, seedIncidents } from "../../../deploy/demo/seed.ts";

const START_S = Date.UTC(2026, 10, 21, 8, 0, 0) / 1000;

test("vantages are marked simulated and targets exist since their history begins", async () => {
  const store = memoryStore();
  await seedDocuments(store, { https: 4430, http: 8000 }, START_S);
  const vantages = (await store.registry.list("vantage")).map((doc) =>
    Vantage.parse({ ...(doc.value as object), version: doc.version }),
  );
  assert.deepEqual(vantages.map((vantage) => vantage.carrier).sort(), ["cmcc", "cnc", "ct"]);
  assert.ok(vantages.every((vantage) => vantage.simulated && !vantage.local));
  const targets = (await store.registry.list("target")).map((doc) =>
    Target.parse({ ...(doc.value as object), version: doc.version }),
  );
  assert.equal(targets.length, TARGETS.length);
  assert.deepEqual([...new Set(targets.map((target) => target.group))].sort(), [
    "news.example",
    "shop.example",
  ]);
  assert.ok(targets.some((target) => target.createdS === START_S - 300 - 366 * 86_400));
});

test("a second start corrects the port in a URL and leaves what the user changed", async () => {
  const store = memoryStore();
  await seedDocuments(store, { https: 4430, http: 8000 }, START_S);
  const before = await store.registry.get("target", "shop-home");
  assert.ok(before);
  await store.registry.put("target", "shop-home", before.version, {
    ...(before.value as object),
    name: "Mine",
  });
  await seedDocuments(store, { https: 5540, http: 8000 }, START_S);
  const after = Target.parse({
    ...((await store.registry.get("target", "shop-home"))?.value as object),
    version: 3,
  });
  assert.equal(after.name, "Mine");
  assert.equal(after.url, "https://www.shop.example:5540/");
  const untouched = await store.registry.get("target", "news-api");
  assert.equal(untouched?.version, 1);
});

test("past incidents are told to nobody, ended, and written once", async () => {
  const store = memoryStore();
  await seedIncidents(store, START_S);
  const first = await store.incidents.list({ limit: 1_000 });
  assert.ok(first.length >= 15, `${first.length}`);
  for (const { version: _, ...incident } of first) {
    Incident.parse(incident);
    assert.ok(incident.toS !== null && incident.toS > incident.fromS);
    assert.ok(incident.transitions.every((transition) => !transition.told));
  }
  assert.deepEqual(new Set(first.map((incident) => incident.class)), new Set(["down", "degraded", "silent"]));
  await seedIncidents(store, START_S);
  assert.equal((await store.incidents.list({ limit: 1_000 })).length, first.length);
});

test("the whole history is handed over in batches, with progress that ends at all of it", async () => {
  let handed = 0;
  let atOnce = 0;
  let most = 0;
  let last = 0;
  const count = await loadHistory(
    {
      async load(records) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await Promise.resolve();
        handed += records.length;
        atOnce -= 1;
        return records.map(() => "stored");
      },
    },
    START_S,
    START_S * 1_000,
    (share) => {
      last = share;
    },
  );
  const ticks = TARGETS.reduce((sum, target) => sum + ticksIn(target, START_S), 0) * CARRIERS.length;
  assert.equal(handed, count);
  assert.equal(last, 1);
  assert.ok(count > ticks * 0.98 && count < ticks + 100, `${count} of ${ticks}`);
  assert.ok(most <= 3, `${most} batches under way`);
});

test("the diary is read back, kept from others, and refused when it is something else", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-diary-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const fresh = await openDiary(dir, START_S * 1_000);
  assert.deepEqual(fresh, { startedS: START_S, loaded: false, ports: { https: 0, http: 0 }, login: null });
  const diary = { startedS: START_S, loaded: true, ports: { https: 1, http: 2 }, login: null };
  await writeDiary(dir, diary);
  assert.deepEqual(await openDiary(dir, (START_S + 9) * 1_000), diary);
  assert.equal(statSync(join(dir, "demo.json")).mode & 0o077, 0);
  writeFileSync(join(dir, "demo.json"), "{}");
  await assert.rejects(openDiary(dir, 0), { code: "config", hint: /remove the folder/ });
});

test("a folder with real measurements is refused", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-diary-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "carrierwatch.db"), "");
  await assert.rejects(openDiary(dir, 0), { code: "config", message: /holds real measurements/ });
});

test("progress is one line rewritten on a terminal and a line now and then elsewhere", () => {
  let nowMs = 0;
  const written = (isTTY: boolean) => {
    const out: string[] = [];
    nowMs = 0;
    const line = progressLine({ monoMs: () => nowMs }, { isTTY, write: (text: string) => out.push(text) });
    for (nowMs = 0; nowMs < 6_000; nowMs += 100) line.show("at work");
    line.end("done");
    return out;
  };
  assert.equal(written(false).join(""), "at work\nat work\ndone\n");
  const terminal = written(true);
  assert.ok(terminal.length > 15 && terminal.length < 25, `${terminal.length}`);
  assert.ok(terminal.every((text) => text.startsWith("\r")));
});

test("events of the past are whole, lie before the start, and are written once", async () => {
  const store = memoryStore();
  await seedEvents(store, START_S);
  await seedEvents(store, START_S);
  const events = await store.events.list({ limit: 500 });
  for (const kind of EVENT_KINDS)
    assert.ok(
      events.some((event) => event.kind === kind),
      kind,
    );
  for (const event of events) {
    Event.parse(event);
    assert.ok(event.atS < START_S, event.id);
    if (event.kind === "altered") assert.ok(event.toS !== null && event.toS <= START_S);
  }
  const routes = events.flatMap((event) => (event.kind === "path" ? [event.evidence] : []));
  assert.ok(routes.some(({ reached }) => reached) && routes.some(({ reached }) => !reached));
  const egress = await store.registry.list("egress");
  assert.equal(egress.length, CARRIERS.length);
  for (const { value } of egress) EgressRecord.parse(value);
});
