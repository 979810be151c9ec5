/** Staging sorts what fits no memory, and a bar says how far a verb is without getting between its lines. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { progressBar } from "../../../collector/cli/progress.ts";
import { type Placed, staged } from "../../../collector/cli/staging.ts";
import { displayWidth } from "../../../collector/cli/table.ts";
import { same } from "../../../collector/wire/said/text.ts";
import { fc } from "../../support/property.ts";

const seatOf = ({ target, vantage, address, tick }: Placed) => [target, vantage, address, tick] as const;

async function* each(placed: readonly Placed[]) {
  yield* placed;
}

async function listOf<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

const drawn = fc
  .array(
    fc.record({
      target: fc.constantFrom("a", "b"),
      vantage: fc.constantFrom("ct-1", "cnc-1"),
      address: fc.constantFrom("", "192.0.2.1"),
      tick: fc.nat({ max: 40 }).map((i) => i * 300),
    }),
    { maxLength: 200 },
  )
  .map((all) => all.map((one, i): Placed => ({ ...one, line: i + 1, sample: { i } })));

test("whatever the order and however small the parts: by seat, each once, the first line stands", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, fc.integer({ min: 1, max: 64 }), async (placed, part) => {
      const all = await staged(each(placed), part);
      const twice: [number, number][] = [];
      all.onTwice((one, first) => twice.push([one.line, first.line]));
      const sorted = await listOf(all.sorted);
      await all.remove();
      const first = new Map<string, Placed>();
      for (const one of placed) {
        const seat = seatOf(one).join("/");
        if (!first.has(seat)) first.set(seat, one);
      }
      assert.equal(all.count, placed.length);
      assert.equal(sorted.length, first.size);
      for (const one of sorted) assert.deepEqual(one, first.get(seatOf(one).join("/")));
      const series = ({ target, vantage, address }: Placed) => `${target}/${vantage}/${address}`;
      assert.ok(
        new Set(sorted.map(series)).size === countRuns(sorted.map(series)),
        "a series is in one piece",
      );
      for (const [i, one] of sorted.entries()) {
        const next = sorted[i + 1];
        if (next && series(next) === series(one)) assert.ok(next.tick > one.tick);
      }
      assert.equal(twice.length, placed.length - first.size);
      assert.ok(twice.every(([line, stands]) => line > stands));
    }),
    { numRuns: 40 },
  );
});

test("a text may hold what ends a line elsewhere: it comes back as it was", async () => {
  const placed = Array.from({ length: 20 }, (_, i): Placed => {
    const sample = { note: `a\u2028b\u2029c\r\n\u0085\\u2028 ${i}` };
    return { line: i + 1, target: "a", vantage: "v", address: "", tick: i * 300, sample };
  });
  const all = await staged(each(placed), 8);
  assert.deepEqual(await listOf(all.sorted), placed);
  await all.remove();
});

function countRuns(names: readonly string[]): number {
  return names.filter((name, i) => name !== names[i - 1]).length;
}

test("the parts have no name: nothing stays behind, whatever happens to the process", async (t) => {
  const own = mkdtempSync(join(tmpdir(), "carrierwatch-staging-"));
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = own;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    rmSync(own, { recursive: true });
  });
  const placed = Array.from({ length: 100 }, (_, i) => {
    return { line: i, target: "a", vantage: "v", address: "", tick: 100 - i, sample: {} };
  });
  const all = await staged(each(placed), 10);
  assert.deepEqual(readdirSync(own), []);
  assert.equal((await listOf(all.sorted)).length, 100);
  await all.remove();
});

function screen(isTTY: boolean) {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  return { isTTY, columns: 60, write, text: () => text };
}

test("on a terminal the bar is drawn over, never wider than it, and lines are said above it", () => {
  const on = screen(true);
  let nowMs = 0;
  const bar = progressBar("en", on, () => nowMs);
  bar.tell(0.5, same("2 stored, and a text that is much longer than a line of this terminal"));
  nowMs += 99;
  bar.tell(0.6, same("too soon"));
  bar.say("line 7: tooOld");
  nowMs += 1;
  bar.tell(1, same("4 stored"));
  bar.end();
  const clear = "\r\u001b[2K";
  const [, drawn = "", said, last] = on.text().split(clear);
  assert.equal(drawn, "50 % 2 stored, and a text that is much longer than a line o");
  assert.equal(said, "line 7: tooOld\n");
  assert.equal(last, `[${"#".repeat(24)}] 100 % 4 stored`);
  assert.ok(on.text().endsWith(clear));
});

test("in Chinese the bar is no wider than the terminal either, whose columns a character takes two of", () => {
  const on = screen(true);
  progressBar("zh", on).tell(0.5, { en: "", zh: "已存".repeat(40) });
  const drawn = on.text().replace("\r\u001b[2K", "");
  assert.equal(drawn, `50 % ${"已存".repeat(13)}已`);
  assert.equal(displayWidth(drawn), 59);
});

test("how to go on is there to read on any terminal: the bar gives way first, then the clauses behind", () => {
  const en = "after a stop: --from-chunk 38000; 19000000 stored, 0 held already";
  const zh = "中断后用 --from-chunk 38000 继续；存入 19000000，已有 0";
  const drawnAt = (columns: number, language: "en" | "zh", share: number) => {
    const on = { ...screen(true), columns };
    progressBar(language, on).tell(share, { en, zh });
    return on.text().replace("\r\u001b[2K", "");
  };
  assert.equal(drawnAt(100, "en", 0.5), `[${"#".repeat(12)}${".".repeat(12)}] 50 % ${en}`);
  assert.equal(drawnAt(80, "en", 0.5), `[###...] 50 % ${en}`);
  assert.equal(drawnAt(80, "zh", 0.5), `[########........] 50 % ${zh}`);
  assert.equal(drawnAt(60, "en", 0.5), "[##########.........] 50 % after a stop: --from-chunk 38000");
  assert.equal(drawnAt(40, "en", 1), "100 % after a stop: --from-chunk 38000");
  assert.equal(drawnAt(40, "zh", 1), "100 % 中断后用 --from-chunk 38000 继续");
});

test("a terminal that does not know its width gets a bar of 80 columns", () => {
  const on = { ...screen(true), columns: 0 };
  progressBar("en", on).tell(0.5, same("x".repeat(100)));
  assert.equal(displayWidth(on.text().replace("\r\u001b[2K", "")), 79);
  const narrow = { ...screen(true), columns: 1 };
  progressBar("en", narrow).tell(0.5, same("x"));
  assert.equal(narrow.text(), "\r\u001b[2K");
});

test("elsewhere there is a line at once and then every three seconds", () => {
  const to = screen(false);
  let nowMs = 0;
  const bar = progressBar("en", to, () => nowMs);
  for (; nowMs <= 6_000; nowMs += 500) bar.tell(nowMs / 6_000, same(`at ${nowMs}`));
  bar.say("line 7: tooOld");
  bar.end();
  assert.equal(to.text(), "0 % at 0\n50 % at 3000\n100 % at 6000\nline 7: tooOld\n");
});
