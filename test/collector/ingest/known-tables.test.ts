/** Tables of batches are known again by all their bytes and by how many entries they are of, and by nothing less. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DetailTexts } from "../../../collector/ingest/detail-texts.ts";
import { parseSample } from "../../../collector/ingest/envelope.ts";
import { KnownTables } from "../../../collector/ingest/known-tables.ts";
import { receivedOf, unpacked } from "../../../collector/ingest/received.ts";
import { columnsOf, ToldCertificates } from "../../../probe/ship/columns.ts";
import { shippedOf } from "../../bench/archive/shipped.ts";
import { HEAD } from "./batches.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function counted() {
  const tables = new KnownTables<number>();
  let made = 0;
  return (text: Uint8Array, count = 1): number =>
    tables.of(text, count, () => {
      made += 1;
      return made;
    });
}

test("the same bytes are looked at once, others are others", () => {
  const of = counted();
  assert.deepEqual([of(bytes("a")), of(bytes("a")), of(bytes("b")), of(bytes("a"))], [1, 1, 2, 1]);
  assert.equal(of(bytes("a"), 2), 3, "as many bytes, of another count");
});

test("what a body's memory is used for afterwards changes nothing", () => {
  const of = counted();
  const body = bytes("targets");
  assert.equal(of(body), 1);
  body[0] = 0;
  assert.equal(of(bytes("targets")), 1);
  assert.equal(of(body), 2);
});

test("bytes with the CRC of others are others", () => {
  const of = counted();
  // The same CRC-32: found by trying.
  assert.deepEqual([of(bytes("plumless")), of(bytes("buckeroo")), of(bytes("plumless"))], [1, 2, 3]);
});

test("after many uses it is made anew, so that what it is made of is in use", () => {
  const of = counted();
  const found = Array.from({ length: 200 }, () => of(bytes("a")));
  assert.deepEqual([found[0], found[1], found[199]], [1, 1, 4]);
});

test("what is no table is kept by nobody, nor is what is long", () => {
  const tables = new KnownTables<number>();
  const bad = () => {
    throw new RangeError("no table");
  };
  assert.throws(() => tables.of(bytes("a"), 1, bad), RangeError);
  assert.equal(
    tables.of(bytes("a"), 1, () => 7),
    7,
  );
  const of = counted();
  const long = new Uint8Array(64 * 1024 + 1);
  assert.deepEqual([of(long), of(long)], [1, 2]);
});

test("what was not used for longest is forgotten", () => {
  const of = counted();
  const table = (no: number): Uint8Array => new Uint8Array(64 * 1024).fill(no);
  of(bytes("used"));
  of(bytes("once"));
  for (let no = 0; no < 50; no += 1) {
    of(table(no));
    assert.equal(of(bytes("used")), 1, `after ${no}`);
  }
  assert.notEqual(of(bytes("once")), 2);
});

test("batch after batch of the same targets, certificates and words gets the verdicts it gets as JSON", () => {
  const known = new DetailTexts();
  const told = [new ToldCertificates(), new ToldCertificates()];
  for (let round = 0; round < 70; round += 1)
    for (const [vantage, own] of told.entries()) {
      const texts = Array.from({ length: 8 }, (_, site) => {
        const sample = shippedOf(vantage, site, 1_800_000_000 + round * 300);
        const target = site === 3 && vantage === 1 ? "No Id" : sample.target;
        const failing = site === 5 ? { ...sample.detail, protocol: "p".repeat(17) } : sample.detail;
        return JSON.stringify({ ...sample, target, detail: failing });
      });
      const { bytes: body, certificates } = columnsOf(texts, HEAD, own);
      own.tell(certificates);
      assert.deepEqual(
        unpacked(receivedOf(body, known)).records.map(({ parsed }) => parsed),
        texts.map((text) => parseSample(JSON.parse(text))),
      );
    }
});
