/** Probes and collectors of either age: each gets what it reads, and every sample arrives once, whoever is set back. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { COLUMNS, COLUMNS_TYPE } from "../../../collector/wire/columns.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { BatchAnswer } from "../../../collector/wire/sample.ts";
import { type Client, clientOf, type Exchange } from "../../../probe/ship/client.ts";
import { shipperOf } from "../../../probe/ship/shipper.ts";
import { joined, served } from "../../collector/api/served.ts";
import { batchOf, sampleOf as freshSample } from "../../collector/ingest/batches.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { fakeCollector, until } from "../../support/fake-collector.ts";
import { sampleOf, scratchFolder, spoolIn } from "../../support/spool.ts";

/** A shipper on a spool of its own; `sent` says how each batch went. `place.url` is where its collector is now. */
async function probe(t: TestContext, url: string, key = "cwp_sh-ct-1_0123456789abcdef") {
  const spool = await spoolIn(scratchFolder(t));
  const clients: Client[] = [];
  const place = {
    set url(url: string) {
      clients.push(
        clientOf({ url, certificateSha256: null, key: () => key, userAgent: "carrierwatch/test" }),
      );
    },
  };
  place.url = url;
  const close = () => {
    for (const client of clients) client.close();
  };
  const sent: { columns: boolean; bytes: number; status: number }[] = [];
  const noted: Client = {
    close,
    async exchange(wanted: Exchange) {
      const client = clients.at(-1);
      assert.ok(client);
      const answer = await client.exchange(wanted);
      const columns = wanted.headers?.["content-type"] === COLUMNS_TYPE;
      sent.push({ columns, bytes: wanted.body?.length ?? 0, status: answer.status });
      return answer;
    },
  };
  const shipper = shipperOf({
    client: noted,
    spool,
    clock: fakeClock(),
    log: silentLog,
    random: () => 0.5,
    probeVersion: "0.1.0",
  });
  t.after(async () => {
    await shipper.stop(0);
    close();
  });
  const add = async (samples: readonly Parameters<typeof spool.append>[0][]) => {
    await Promise.all(samples.map((sample) => spool.append(sample)));
    shipper.wake(true);
    await until(() => {
      // Waiting after a failure ends when the collector is heard of.
      shipper.wake(true);
      return spool.figures().records === 0;
    }, "an empty spool");
  };
  return { shipper, sent, add, place };
}

async function world(t: TestContext, store: Store = memoryStore()) {
  const s = await served(t, { store });
  const { authorization = "" } = await joined(s);
  const target = await s.registry.targets.create({ name: "site", url: "https://www.example.com/" });
  const key = authorization.replace("Bearer ", "");
  const fresh = (back: number) => {
    const { seq: _, ...sample } = freshSample(target.id, s.clock.nowMs(), { back });
    return { ...sample, detail: { status: 200, certificate: CERTIFICATE, resolver: "192.0.2.53" } };
  };
  const stored = async () =>
    (await s.store.ops.counters()).map(({ stored, duplicate, rejected }) => ({
      stored,
      duplicate,
      rejected,
    }));
  return { s, key, url: s.origin, target, fresh, stored };
}

const CERTIFICATE = {
  subject: `CN=${"www.".repeat(20)}example.com`,
  issuer: "C=US, O=Some Authority, CN=R11",
  notAfterS: 1_900_000_000,
  fingerprint256: "AB:".repeat(31),
};
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

test("the first batch goes as JSON, the others in columns, and all of them are stored", async (t) => {
  const w = await world(t);
  const { shipper, sent, add } = await probe(t, w.url, w.key);
  shipper.start();
  await add([w.fresh(0)]);
  await add(range(1, 40).map(w.fresh));
  await add(range(41, 60).map(w.fresh));
  assert.deepEqual(
    sent.map(({ columns, status }) => ({ columns, status })),
    [false, ...sent.slice(1).map(() => true)].map((columns) => ({ columns, status: 200 })),
  );
  assert.deepEqual(await w.stored(), [{ stored: 101, duplicate: 0, rejected: 0 }]);
  const [newest] = await w.s.store.samples.latest([{ target: w.target.id, vantage: "sh-ct-1" }]);
  assert.deepEqual(newest?.sample, { ...w.fresh(0), seq: 1 });
});

test("what columns cannot say is sent beside them, and what is wrong is rejected alone", async (t) => {
  const w = await world(t);
  const { shipper, sent, add } = await probe(t, w.url, w.key);
  shipper.start();
  await add([w.fresh(0)]);
  const failure = { phase: "dns", cause: "nxdomain", source: "target", elapsedUs: 5 } as const;
  const [up, wrong, stranger] = [w.fresh(1), w.fresh(2), w.fresh(3)];
  await add([
    up,
    { ...wrong, stepS: 7 },
    { ...w.fresh(4), state: "down", failure },
    { ...stranger, target: "somebody-elses" },
    { ...w.fresh(5), address: "192.0.2.7" },
    w.fresh(6),
  ]);
  assert.ok(sent.slice(1).every(({ columns, status }) => columns && status === 200));
  assert.deepEqual(await w.stored(), [{ stored: 5, duplicate: 0, rejected: 2 }]);
});

test("a collector that never said it reads columns gets JSON for ever", async (t) => {
  const collector = await fakeCollector(t);
  const { shipper, sent, add } = await probe(t, collector.url);
  shipper.start();
  for (const n of range(0, 4)) await add([sampleOf(n)]);
  assert.ok(sent.every(({ columns }) => !columns));
  assert.equal(collector.stored.size, 4);
});

test("a collector that was set back gets the same batch as JSON at once, and nothing is lost", async (t) => {
  const collector = await fakeCollector(t);
  collector.answerHeaders = { "x-carrierwatch-understands": COLUMNS };
  const { shipper, sent, add } = await probe(t, collector.url);
  shipper.start();
  await add([sampleOf(0)]);
  collector.answerHeaders = {};
  await add([sampleOf(1)]);
  await add([sampleOf(2)]);
  assert.deepEqual(
    sent.map(({ columns, status }) => [columns, status]),
    [
      [false, 200],
      [true, 415],
      [false, 200],
      [false, 200],
    ],
  );
  assert.ok([...collector.stored.values()].every(({ times }) => times === 1));
  assert.equal(collector.stored.size, 3);
});

test("a collector that claims columns and refuses them, or something before it, is asked rarely", async (t) => {
  const collector = await fakeCollector(t);
  collector.answerHeaders = { "x-carrierwatch-understands": COLUMNS };
  const { shipper, sent, add } = await probe(t, collector.url);
  shipper.start();
  for (const n of range(0, 70)) await add([sampleOf(n)]);
  assert.equal(collector.stored.size, 70);
  const refused = sent.filter(({ status }) => status !== 200).length;
  assert.equal(refused, 2, `${refused}`);
});

for (const how of ["reset", { status: 502 }] as const)
  test(`what something on the way cuts off in columns (${JSON.stringify(how)}) goes as JSON`, async (t) => {
    const collector = await fakeCollector(t);
    collector.answerHeaders = { "x-carrierwatch-understands": COLUMNS };
    collector.intercept = (_path, _batch, headers) => (headers["content-type"] === COLUMNS_TYPE ? how : null);
    const { shipper, add } = await probe(t, collector.url);
    shipper.start();
    for (const n of range(0, 5)) await add([sampleOf(n)]);
    assert.equal(collector.stored.size, 5);
    const inColumns = collector.requests.filter(({ headers }) => headers["content-type"] === COLUMNS_TYPE);
    assert.ok(inColumns.length >= 3 && inColumns.length <= 6, `${inColumns.length}, the client asks twice`);
  });

test("a collector that was started anew does not know the certificates, and is told them again", async (t) => {
  const store = memoryStore();
  const w = await world(t, store);
  const { shipper, sent, add, place } = await probe(t, w.url, w.key);
  shipper.start();
  await add([w.fresh(0)]);
  await add([w.fresh(1)]);
  const bytes = () => sent.at(-1)?.bytes ?? 0;
  // Numbers in the head are longer in one batch than in another.
  const between = bytes() - 100;
  await add([w.fresh(2)]);
  assert.ok(bytes() < between, "the certificate went as its hash");
  place.url = (await served(t, { store })).origin;
  await add([w.fresh(3)]);
  assert.deepEqual(
    sent.slice(-2).map(({ columns, status }) => [columns, status]),
    [
      [true, 409],
      [true, 200],
    ],
  );
  assert.ok(bytes() > between, "the certificate went whole");
  await add([w.fresh(4)]);
  await add([w.fresh(5)]);
  assert.equal(sent.at(-1)?.status, 200);
  assert.ok(bytes() < between, "and afterwards trusts it to remember");
  assert.deepEqual(await w.stored(), [{ stored: 6, duplicate: 0, rejected: 0 }]);
});

test("an older probe's batches are taken by a collector that reads columns", async (t) => {
  const w = await world(t);
  const body = JSON.stringify(batchOf([{ ...w.fresh(0), seq: 1 }], w.s.clock.nowMs()));
  const answer = await fetch(`${w.s.api}/probe/samples`, {
    method: "POST",
    headers: { authorization: `Bearer ${w.key}`, "content-type": "application/json" },
    body,
  });
  const { stored, outcomes } = BatchAnswer.parse(await answer.json());
  assert.equal(stored, undefined, "it would not understand it");
  assert.deepEqual(outcomes, [{ outcome: "stored" }]);
});
