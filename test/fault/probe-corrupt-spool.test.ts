/**
 * A spool damaged anywhere: each byte flipped, each length cut. It starts, it delivers every record that is whole, it
 * counts what is not, and it does so again after a restart without finding new damage.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encode, recordOf, scan } from "../../probe/spool/record.ts";
import { fc } from "../support/property.ts";
import { drain, sampleOf, scratchFolder, spoolIn } from "../support/spool.ts";

const FULL = process.env["CARRIERWATCH_FULL"] === "1";
const RECORDS = 9;
const original = mkdtempSync(join(tmpdir(), "carrierwatch-whole-"));
let segments: { name: string; bytes: Buffer }[] = [];

before(async () => {
  const spool = await spoolIn(original, { segmentBytes: 600 });
  for (let n = 0; n < RECORDS; n += 1) await spool.append(sampleOf(n));
  await spool.close();
  const names = readdirSync(join(original, "spool")).filter((name) => name.endsWith(".cws"));
  segments = names.sort().map((name) => ({ name, bytes: readFileSync(join(original, "spool", name)) }));
  assert.equal(segments.length, 3, `a spool of 3 segments, not ${segments.length}`);
});

after(() => rmSync(original, { recursive: true, force: true }));

/** Opens a damaged copy twice: what it delivers, and the damage it counts each time. */
async function opened(t: Parameters<typeof scratchFolder>[0], damage: (folder: string) => void) {
  const folder = scratchFolder(t);
  cpSync(join(original, "spool"), join(folder, "spool"), { recursive: true });
  damage(join(folder, "spool"));
  const first = await spoolIn(folder, { segmentBytes: 600 });
  const quarantined = first.figures().quarantined;
  await first.close();
  const second = await spoolIn(folder, { segmentBytes: 600 });
  const again = second.figures().quarantined;
  const records = await drain(second);
  await second.close();
  rmSync(folder, { recursive: true, force: true });
  return { quarantined, again, seqs: records.map(({ seq }) => seq) };
}

/** Numbers of the records whose bytes an offset does not touch. */
function untouched(segment: number, offset: number): number[] {
  const all: number[] = [];
  for (const [i, { bytes }] of segments.entries()) {
    let at = 0;
    for (const record of scan(bytes).records) {
      const end = at + encode(record.text).length;
      if (i !== segment || offset < at || offset >= end) all.push(record.seq);
      at = end;
    }
  }
  return all;
}

/** Runs cases eight at a time: each waits for the disk more than for the processor. @returns How many there were. */
async function each(cases: readonly (() => Promise<void>)[]): Promise<number> {
  const left = [...cases];
  const lane = async () => {
    for (let next = left.pop(); next; next = left.pop()) await next();
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return cases.length;
}

/** Every segment at every n-th offset. */
function places(by: number): { i: number; name: string; bytes: Buffer; offset: number }[] {
  return segments.flatMap(({ name, bytes }, i) =>
    Array.from({ length: Math.ceil((bytes.length - (i % by)) / by) }, (_, n) => ({
      i,
      name,
      bytes,
      offset: (i % by) + n * by,
    })),
  );
}

test("one flipped byte costs the record it stands in and no other", async (t) => {
  const cases = await each(
    places(FULL ? 1 : 17).map(({ i, name, bytes, offset }) => async () => {
      const found = await opened(t, (folder) => {
        const damaged = Buffer.from(bytes);
        damaged[offset] = (damaged[offset] ?? 0) ^ 0x41;
        writeFileSync(join(folder, name), damaged);
      });
      assert.deepEqual(
        found,
        { quarantined: 1, again: 1, seqs: untouched(i, offset) },
        `${name} byte ${offset}`,
      );
    }),
  );
  assert.ok(cases > (FULL ? 1_500 : 90), `${cases} cases`);
});

test("a segment cut at any length delivers the records before the cut", async (t) => {
  const cases = await each(
    places(FULL ? 1 : 19).map(({ i, name, bytes, offset }) => async () => {
      const found = await opened(t, (folder) => truncateSync(join(folder, name), offset));
      const kept = new Set(scan(bytes.subarray(0, offset)).records.map(({ seq }) => seq));
      const want = segments.flatMap((segment, j) =>
        scan(segment.bytes)
          .records.map(({ seq }) => seq)
          .filter((seq) => j !== i || kept.has(seq)),
      );
      assert.deepEqual(found.seqs, want, `${name} cut to ${offset}`);
      assert.equal(found.again, found.quarantined);
    }),
  );
  assert.ok(cases > (FULL ? 1_500 : 80), `${cases} cases`);
});

test("bytes that are no segment at all neither crash nor hang a scan", () => {
  const record = encode(recordOf(sampleOf(1), 1).text);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(record))), {
        maxLength: 6,
      }),
      (parts) => {
        const { records, goodBytes } = scan(Buffer.concat(parts));
        const whole = parts.filter((part) => part.length === record.length).length;
        return records.length >= whole && goodBytes >= whole * record.length;
      },
    ),
    { numRuns: FULL ? 5_000 : 300 },
  );
  for (const fill of [0x00, 0x7b, 0xff]) assert.equal(scan(Buffer.alloc(4_194_304, fill)).records.length, 0);
});

test("foreign names, folders and leftovers in the spool's folder are left alone or cleared", async (t) => {
  const { seqs } = await opened(t, (folder) => {
    writeFileSync(join(folder, "cursor.json.tmp"), "{");
    writeFileSync(join(folder, "README"), "hello");
    writeFileSync(join(folder, "0000000000000000-000000000000001-0.cws"), "");
  });
  assert.equal(seqs.length, RECORDS);
});
