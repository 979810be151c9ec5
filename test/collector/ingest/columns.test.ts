/** A batch in columns gets the verdicts its records get as JSON, whatever is in it; bytes that are no batch get none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { DetailTexts } from "../../../collector/ingest/detail-texts.ts";
import { parseSample } from "../../../collector/ingest/envelope.ts";
import { receivedOf } from "../../../collector/ingest/received.ts";
import { NUMBERS } from "../../../collector/store/sqlite/log-record.ts";
import { BODY_AT, DETAIL_NUMBERS, MAGIC, TEXT_MOST_CHARS } from "../../../collector/wire/columns.ts";
import { CarrierwatchError, InvalidInputError } from "../../../collector/wire/errors.ts";
import { Sample } from "../../../collector/wire/sample.ts";
import { columnsOf, ToldCertificates } from "../../../probe/ship/columns.ts";
import { recordOf } from "../../bench/archive/samples.ts";
import { fc } from "../../support/property.ts";
import { HEAD, judged } from "./batches.ts";
import { changed, FULL_DETAIL, full, ODD, placesOf, plain } from "./odd-samples.ts";

const { unverified, hops, ping, records, addresses, ...USUAL } = FULL_DETAIL;

const bytesOf = (texts: readonly string[], told = new ToldCertificates()) =>
  columnsOf(texts, HEAD, told).bytes;

/** As JSON it would have been the same. */
function agrees(texts: readonly string[]): void {
  const wanted = texts.map((text) => parseSample(JSON.parse(text)));
  assert.deepEqual(judged(bytesOf(texts)), wanted);
}

const samplesAt = (tick: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ ...recordOf(i, tick).sample, seq: i + 1 }));

test("what a probe sends by the hundred stands in columns and comes out as it was", () => {
  const texts = samplesAt(1_800_000_000, 500);
  const { columns, records: others } = receivedOf(bytesOf(texts), new DetailTexts());
  assert.equal(columns?.count, 500);
  assert.equal(others.length, 0);
  agrees(texts);
  agrees([JSON.stringify({ ...plain(), detail: USUAL }), ...texts.slice(0, 3), JSON.stringify(full())]);
});

test("what does not fit stands beside the columns, in its place", () => {
  const down = {
    ...plain(),
    state: "down",
    failure: { phase: "dns", cause: "nxdomain", source: "target", elapsedUs: 5 },
  };
  const others = [
    JSON.stringify(down),
    JSON.stringify({ ...plain(), address: "192.0.2.1" }),
    JSON.stringify({ ...plain(), state: "unknown", unknownReason: "overload" }),
    '{"target":"wrong"}',
    "7",
  ];
  const texts = samplesAt(1_800_000_300, 9);
  for (const [i, other] of others.entries()) texts.splice(i * 2, 0, other);
  agrees(texts);
  assert.equal(receivedOf(bytesOf(texts), new DetailTexts()).columns?.count, 9);
  agrees(others);
});

test("a record with any one place changed gets the verdict it gets as JSON, and so do its neighbours", () => {
  const neighbours = samplesAt(1_800_000_000, 2);
  let seen = 0;
  for (const whole of [plain(), { ...plain(), detail: USUAL }])
    for (const path of placesOf(whole))
      for (const odd of ODD)
        for (const how of ["set", "out", "extra"]) {
          const text = JSON.stringify(changed(whole, path, odd, how));
          if (text === undefined) continue;
          agrees([neighbours[0] ?? "", text, neighbours[1] ?? ""]);
          seen += 1;
        }
  assert.ok(seen > 5_000, `${seen}`);
});

test("whatever else is in a batch, both forms agree", () => {
  const whole = { ...plain(), detail: USUAL };
  const paths = placesOf(whole);
  const change = fc.tuple(
    fc.nat(paths.length - 1),
    fc.oneof(fc.constantFrom(...ODD), fc.integer(), fc.double(), fc.string(), fc.jsonValue()),
    fc.constantFrom("set", "out", "extra"),
  );
  const record = fc
    .array(change, { maxLength: 2 })
    .map((changes) =>
      changes.reduce<unknown>((now, [at, odd, how]) => changed(now, paths[at] ?? [], odd, how), whole),
    );
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), (batch) => {
      agrees(batch.map((one) => JSON.stringify(one) ?? "null"));
    }),
    { numRuns: 1_000 },
  );
});

test("texts that are no JSON, and keys that no object of ours has, cost their record and nothing else", () => {
  const good = samplesAt(1_800_000_000, 1);
  for (const bad of ["{", '{"__proto__":{}}', '{"\\u005f_proto__":{"target":"x"}}']) {
    const [first, second] = judged(bytesOf([bad, ...good]));
    assert.ok(first && "why" in first, bad);
    assert.ok(second && "sample" in second);
  }
  const inDetail = JSON.stringify(plain()).replace('"detail":{', '"detail":{"__proto__":{"a":1},');
  const [hidden] = judged(bytesOf([inDetail]));
  assert.ok(hidden && "why" in hidden);
});

test("a certificate goes whole once and as its hash afterwards, and who never heard of it says so", () => {
  const texts = samplesAt(1_800_000_000, 50);
  const told = new ToldCertificates();
  const known = new DetailTexts();
  const first = columnsOf(texts, HEAD, told);
  assert.equal(first.certificates.length, 50);
  const wanted = judged(first.bytes, known);
  told.tell(first.certificates);
  const second = columnsOf(texts, HEAD, told);
  assert.deepEqual(second.certificates, []);
  assert.ok(second.bytes.length < first.bytes.length / 2);
  assert.deepEqual(judged(second.bytes, known), wanted);
  assert.throws(
    () => receivedOf(second.bytes, new DetailTexts()),
    (error) => error instanceof CarrierwatchError && error.code === "unknown_texts",
  );
  assert.equal(told.forget(), true);
  assert.deepEqual(judged(columnsOf(texts, HEAD, told).bytes), wanted);
});

/** The same with a checksum that fits: what only a liar would send. */
function resealed(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(MAGIC.length, crc32(bytes.subarray(BODY_AT)), true);
  return bytes;
}

test("cut anywhere, or with any byte turned, it is refused whole", () => {
  const bytes = bytesOf([...samplesAt(1_800_000_000, 3), '{"target":"wrong"}']);
  for (let at = 0; at < bytes.length; at += 1) {
    assert.throws(() => receivedOf(bytes.slice(0, at), new DetailTexts()), InvalidInputError);
    for (const turn of [1, 0x80, 0xff]) {
      const turned = bytes.slice();
      turned[at] = (turned[at] ?? 0) ^ turn;
      assert.throws(() => receivedOf(turned, new DetailTexts()), InvalidInputError);
    }
  }
});

test("a liar's bytes are refused in a sentence, or hold what the schema lets through", () => {
  const bytes = bytesOf([
    JSON.stringify({ ...plain(), detail: USUAL }),
    ...samplesAt(1_800_000_000, 3),
    '{"target":"wrong"}',
  ]);
  let taken = 0;
  const judge = (body: Uint8Array) => {
    try {
      for (const parsed of judged(body)) if ("sample" in parsed) Sample.parse(parsed.sample);
      taken += 1;
    } catch (error) {
      assert.ok(error instanceof CarrierwatchError, String(error));
    }
  };
  for (let at = BODY_AT; at < bytes.length; at += 1) {
    judge(resealed(bytes.slice(0, at)));
    for (let bit = 0; bit < 8; bit += 1) {
      const turned = bytes.slice();
      turned[at] = (turned[at] ?? 0) ^ (1 << bit);
      judge(resealed(turned));
    }
    for (const value of [0, 0x7f, 0x80, 0xff]) {
      const set = bytes.slice();
      set[at] = value;
      judge(resealed(set));
      judge(resealed(Uint8Array.from([...bytes.slice(0, at), value, ...bytes.slice(at)])));
    }
  }
  assert.ok(taken > 100, "texts and numbers may be others");
});

test("500 records are the most", () => {
  assert.equal(judged(bytesOf(samplesAt(1_800_000_000, 500))).length, 500);
  assert.throws(
    () => receivedOf(bytesOf(samplesAt(1_800_000_000, 501)), new DetailTexts()),
    InvalidInputError,
  );
  const others = Array.from({ length: 251 }, () => "{}");
  assert.throws(
    () => receivedOf(bytesOf([...samplesAt(1_800_000_000, 250), ...others]), new DetailTexts()),
    InvalidInputError,
  );
});

test("a tick in columns and beside them is the sample that came first, as in JSON", () => {
  const [up = ""] = samplesAt(1_800_000_000, 1);
  const unknown = JSON.stringify({ ...JSON.parse(up), seq: 2, state: "unknown", unknownReason: "overload" });
  for (const texts of [
    [unknown, up],
    [up, unknown],
  ]) {
    const { records, columns } = receivedOf(bytesOf(texts), new DetailTexts());
    assert.equal(columns, null, "one way for both");
    const states = records.map(({ parsed }) => ("sample" in parsed ? parsed.sample.state : ""));
    assert.deepEqual(
      states,
      texts.map((text) => JSON.parse(text).state),
    );
  }
  const other = JSON.stringify({ ...JSON.parse(unknown), address: "192.0.2.1" });
  assert.equal(receivedOf(bytesOf([other, up]), new DetailTexts()).columns?.count, 1);
});

test("a detail or certificate longer than any is not in columns, and who says so is refused", () => {
  const long = "x".repeat(TEXT_MOST_CHARS);
  for (const change of [{ note: long }, { certificate: { subject: long } }])
    agrees([JSON.stringify({ ...plain(), detail: change }), ...samplesAt(1_800_000_000, 1)]);
  const texts = new DetailTexts();
  for (const read of [(text: string) => texts.rest(text), (text: string) => texts.learn(text)]) {
    assert.throws(() => read(JSON.stringify({ note: long })), /longer than any detail/);
    assert.ok(read(JSON.stringify({ note: long.slice(100) })));
  }
});

test("long texts are read and not remembered, and of others only so much", () => {
  const texts = new DetailTexts();
  const text = (no: number, chars: number) => JSON.stringify({ note: `${no}${"x".repeat(chars)}` });
  for (const chars of [100, 10_000]) {
    const once = texts.rest(text(0, chars));
    assert.equal(texts.rest(text(0, chars)) === once, chars === 100);
  }
  const [first, last] = [texts.rest(text(0, 4_000)), texts.rest(text(0, 100))];
  for (let no = 1; no < 2_000; no += 1) {
    texts.rest(text(no, 4_000));
    assert.equal(texts.rest(text(0, 100)), last, "what is used stays");
  }
  assert.notEqual(texts.rest(text(0, 4_000)), first);
});

test("numbers of a detail stand in the order in which the log keeps them", () => {
  assert.deepEqual(DETAIL_NUMBERS, NUMBERS);
});
