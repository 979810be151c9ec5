/** Rows of several steps of an RRD enter whole: what fetch then prints is what rrdtool's file says. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { archivesOf } from "../../../collector/archive/layout.ts";
import { rrdRows } from "../../../collector/cli/import-rrd-rows.ts";
import { dumpOf } from "../../../collector/cli/rrd-dump.ts";
import { isoOf } from "../../../collector/cli/show-time.ts";
import { FetchedRows } from "../../../collector/wire/api-overview.ts";
import { CFS } from "../../../collector/wire/metric.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past, STEP_S } from "./past.ts";

const without =
  spawnSync("rrdtool", ["--version"]).status === 0
    ? false
    : "rrdtool is not installed: apt-get install rrdtool";

let past: Past;
before(async () => {
  past = await folderWithPast(6, ["by-rrd"]);
});
after(() => past.remove());

const here = (...args: string[]) => carrierwatch([...args, "--data", past.dir]);
const file = (name: string) => join(past.dir, name);

test("a dump of an export gives every row of total back, the wide ones whole; a second time nothing changes", {
  skip: without,
}, async () => {
  assert.equal((await here("export", "首页", "--vantage", "ct-sh", "--rrd", "--out", file("a.xml"))).code, 0);
  assert.equal(spawnSync("rrdtool", ["restore", file("a.xml"), file("a.rrd")]).status, 0);
  assert.equal(spawnSync("rrdtool", ["dump", file("a.rrd"), file("dump.xml")]).status, 0);
  const args = ["import", file("dump.xml"), "--rrd", "--target", "首页", "--vantage", "by-rrd", "--json"];
  const ran = await here(...args);
  assert.equal(ran.code, 0, ran.err);
  const { rows } = JSON.parse(ran.out) as { rows: { stored: number; duplicate: number } };
  assert.ok(rows.stored > 150 && rows.duplicate > 50, ran.out);
  const { lastS } = dumpOf(readFileSync(file("dump.xml"), "utf8"));
  // From here on there were single ticks, which win; the row over their beginning has only its later part.
  const ticksFromS = Math.floor(lastS / STEP_S) * STEP_S - 599 * STEP_S;
  const client = await past.open();
  let compared = 0;
  try {
    for (const { steps, rowS } of archivesOf(STEP_S)) {
      for (const cf of CFS) {
        const rowsOf = async (vantage: string) => {
          const search = `target=${past.target.id}&vantage=${vantage}&metric=total&cf=${cf}&steps=${steps}&from=${lastS - 7 * 86_400}&to=${lastS}`;
          return FetchedRows.parse(await client.call("GET", `/fetch?${search}`)).rows;
        };
        const [whole, back] = [await rowsOf("ct-sh"), await rowsOf("by-rrd")];
        // An archive begins so many rows before its newest tick; where that one failed, no dump had a value of it.
        const bothFromS = Math.max(whole[0]?.t ?? 0, back[0]?.t ?? 0);
        const [theirs, ours] = [whole, back].map((rows) => rows.filter(({ t }) => t >= bothFromS));
        compared += compare(`${cf} ${rowS}`, ours ?? [], theirs ?? [], (t) => {
          const straddles = t - rowS < ticksFromS && t >= ticksFromS;
          return !straddles && (steps > 1 || t >= ticksFromS);
        });
      }
    }
  } finally {
    await client.close();
  }
  assert.ok(compared > 1_500, `${compared} known rows were compared`);
  const again = JSON.parse((await here(...args)).out) as { stored: number; rows: object };
  assert.deepEqual([again.stored, again.rows], [0, { stored: 0, duplicate: rows.stored + rows.duplicate }]);
  const verified = await here("db", "verify");
  assert.equal(verified.code, 0, verified.err);
});

/** How many known rows were compared; AVERAGE x n is rounded to whole microseconds. */
function compare(
  name: string,
  ours: FetchedRows["rows"],
  theirs: FetchedRows["rows"],
  counts: (t: number) => boolean,
): number {
  assert.equal(ours.length, theirs.length);
  let compared = 0;
  for (const [i, { t, value }] of theirs.entries()) {
    if (!counts(t)) continue;
    const got = ours[i]?.value ?? null;
    const near = got !== null && value !== null && Math.abs(got - value) <= 0.001;
    assert.ok(near || got === value, `${name} ${t}: ${got} is not ${value}`);
    if (value !== null) compared += 1;
  }
  return compared;
}

/** A dump of one source, with archives of [cf, steps, values from the oldest on]. */
function dump(lastS: number, archives: readonly (readonly [string, number, readonly (number | null)[]])[]) {
  const rras = archives.map(([cf, steps, values]) => {
    const rows = values.map((value) => `<row><v>${value ?? "NaN"}</v></row>`).join("");
    return `<rra><cf>${cf}</cf><pdp_per_row>${steps}</pdp_per_row><database>${rows}</database></rra>`;
  });
  return dumpOf(
    `<rrd><step>300</step><lastupdate>${lastS}</lastupdate><ds><name>total</name></ds>${rras.join("")}</rrd>`,
  );
}

const TOTAL = new Map([["total", { metric: "total", perUnit: 1e6 } as const]]);
const DAY = 20_000 * 86_400;

test("a row counts as complete; without MAX and MIN the average stands for them", () => {
  const nowS = DAY + 60;
  const twoHours = [["AVERAGE", 24, [0.1, null, 0.2000001]]] as const;
  const found = rrdRows(dump(DAY, twoHours), TOTAL, nowS).filter(({ rowS }) => rowS === 7_200);
  assert.deepEqual(found, [
    {
      rowS: 7_200,
      labelS: DAY - 14_400,
      values: { total: { n: 24, sum: 2_400_000, min: 100_000, max: 100_000 } },
    },
    { rowS: 7_200, labelS: DAY, values: { total: { n: 24, sum: 4_800_002, min: 200_000, max: 200_001 } } },
  ]);
  const all = [...twoHours, ["MAX", 24, [0.9, null, 0.3]], ["MIN", 24, [0.01, null, 0.15]]] as const;
  const [first] = rrdRows(dump(DAY, all), TOTAL, nowS).filter(({ rowS }) => rowS === 7_200);
  assert.deepEqual(first?.values.total, { n: 24, sum: 2_400_000, min: 10_000, max: 900_000 });
});

test("widths that are not ours are put together from whole rows, of the widest that fit and reach", () => {
  const hours = Array.from({ length: 48 }, (_, i) => (i === 3 ? null : (i + 1) / 1000));
  const archives = [
    ["AVERAGE", 12, hours],
    ["AVERAGE", 72, Array.from({ length: 4 }, () => 0.5)],
  ] as const;
  const found = rrdRows(dump(DAY, archives), TOTAL, DAY);
  const at = (rowS: number, labelS: number) =>
    found.find((one) => one.rowS === rowS && one.labelS === labelS)?.values.total;
  assert.deepEqual(at(7_200, DAY), { n: 24, sum: (47 + 48) * 12_000, min: 47_000, max: 48_000 });
  assert.deepEqual(
    at(7_200, DAY - 22 * 7_200),
    { n: 12, sum: 3 * 12_000, min: 3_000, max: 3_000 },
    "of one half only",
  );
  assert.equal(at(1_800, DAY), undefined, "an hour is never split");
  assert.deepEqual(
    at(86_400, DAY),
    { n: 288, sum: 288 * 500_000, min: 500_000, max: 500_000 },
    "of six-hour rows",
  );
  assert.equal(at(86_400, DAY - 86_400)?.n, 276, "where those do not reach, of hours");
});

test("archives that no longer reach are left to the wider ones; a step that divides no day has none", () => {
  const archives = [["AVERAGE", 6, [0.1, 0.1]]] as const;
  const nowS = DAY + 700 * 1_800;
  assert.deepEqual(
    rrdRows(dump(DAY, archives), TOTAL, nowS).map(({ rowS }) => rowS),
    [],
    "two half hours make neither two hours nor a day",
  );
  const four = [["AVERAGE", 6, [0.1, 0.1, 0.1, 0.1]]] as const;
  assert.deepEqual(
    rrdRows(dump(DAY, four), TOTAL, nowS).map(({ rowS }) => rowS),
    [7_200],
  );
  assert.deepEqual(rrdRows(dumpOf("<rrd><step>7</step><lastupdate>70</lastupdate></rrd>"), TOTAL, 70), []);
});

test("rows with nothing of their step at their end are refused by label, exit 65", async () => {
  const xml = `<rrd><step>60</step><lastupdate>${DAY}</lastupdate><ds><name>total</name></ds>
    <rra><cf>AVERAGE</cf><pdp_per_row>1440</pdp_per_row><database><row><v>0.1</v></row></database></rra></rrd>`;
  const lastS = Math.floor(Date.now() / 86_400_000) * 86_400;
  writeFileSync(file("alone.xml"), xml.replace(`${DAY}`, `${lastS}`));
  const ran = await here(
    "import",
    file("alone.xml"),
    "--rrd",
    "--target",
    "首页",
    "--vantage",
    "by-rrd",
    "--map",
    "total=total",
  );
  assert.equal(ran.code, 65, ran.err);
  assert.match(
    ran.err,
    new RegExp(`line 1: the row ${isoOf(lastS)} of 86400 s: no archive has such rows of 86400 s, or`),
  );
});
