/** Invariants of what was due: fast arithmetic against counting tick by tick. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { availabilityOf, cellsOf } from "../../../collector/query/availability.ts";
import { expectedUnits } from "../../../collector/query/columns.ts";
import { indexRange, segmentsOf, stepSpans, tickCount } from "../../../collector/query/segments.ts";
import type { Generation } from "../../../collector/store/store.ts";
import { fc } from "../../support/property.ts";

const STEPS = [10, 60, 300, 3600] as const;
const instant = fc.integer({ min: 0, max: 20_000 });
const pause = fc
  .tuple(instant, fc.integer({ min: 1, max: 5000 }))
  .map(([fromS, lastsS]) => ({ fromS, toS: fromS + lastsS }));

/** Pauses never overlap: one begins where the registry found none running. */
const pauses = fc.array(pause, { maxLength: 4 }).map((all) => {
  const sorted = [...all].sort((a, b) => a.fromS - b.fromS);
  return sorted.filter((one, i) => sorted.slice(0, i).every((before) => before.toS <= one.fromS));
});

const generation = fc
  .tuple(fc.constantFrom(...STEPS), instant, fc.integer({ min: 0, max: 8000 }))
  .map(([stepS, fromS, lastsS]): Generation => {
    const openedTick = Math.ceil(fromS / stepS) * stepS;
    const lastTick = openedTick + Math.floor(lastsS / stepS) * stepS;
    return { series: { target: "t", vantage: "v" }, stepS, openedTick, lastTick };
  });

test("the ticks due in a row are those that counting finds", () => {
  fc.assert(
    fc.property(
      fc.array(generation, { maxLength: 3 }),
      pauses,
      instant,
      instant,
      fc.constantFrom(300, 1800, 7200),
      (generations, paused, createdS, nowS, rowS) => {
        const spans = stepSpans(generations, 300, 0, 40_000);
        const expected = { spans, createdS, nowS, pauses: paused };
        for (let label = rowS; label <= 21_600; label += rowS) {
          let seconds = 0;
          for (const span of spans) {
            for (let tick = span.fromS - (span.fromS % span.stepS); tick <= label; tick += span.stepS) {
              const inside = tick > label - rowS && tick >= span.fromS && tick < span.toS;
              const due = tick + span.stepS > createdS && tick <= nowS;
              const rest = paused.some((one) => one.fromS <= tick && tick < one.toS);
              if (inside && due && !rest) seconds += span.stepS;
            }
          }
          assert.equal(expectedUnits(expected, label - rowS, label, 10) * 10, seconds, `row ${label}`);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("spans lie without gaps over the range, whatever the generations", () => {
  fc.assert(
    fc.property(
      fc.array(generation, { maxLength: 5 }),
      instant,
      fc.integer({ min: 1, max: 9000 }),
      (all, fromS, lastsS) => {
        const toS = fromS + lastsS;
        const spans = stepSpans(all, 300, fromS, toS);
        assert.equal(spans[0]?.fromS, fromS);
        assert.equal(spans.at(-1)?.toS, toS);
        for (const [i, span] of spans.entries()) {
          assert.ok(span.toS > span.fromS);
          if (i > 0)
            assert.deepEqual([span.fromS, span.stepS === spans[i - 1]?.stepS], [spans[i - 1]?.toS, false]);
        }
        const segments = segmentsOf(spans);
        const counted = segments.map((segment) => indexRange(segment, 0, Number.MAX_SAFE_INTEGER));
        assert.equal(
          counted.reduce((sum, [first, end]) => sum + end - first, 0),
          tickCount(segments),
        );
      },
    ),
  );
});

test("cells lie without gaps, and what is down anywhere is down in exactly the cells that hold it", () => {
  const states = fc.uint8Array({ min: 0, max: 5, minLength: 1, maxLength: 60 });
  const widths = fc.constantFrom(300, 600, 700, 3600);
  fc.assert(
    fc.property(states, widths, fc.integer({ min: 0, max: 299 }), (line, cellS, lateS) => {
      const toS = line.length * 300;
      const segments = segmentsOf([{ fromS: 0, toS, stepS: 300 }]);
      const fromS = Math.min(lateS, toS - 1);
      const cells = cellsOf(segments, line, { fromS, toS, cellS });
      assert.deepEqual([cells[0]?.fromS, cells.at(-1)?.toS], [fromS, toS]);
      for (const [i, cell] of cells.entries()) {
        if (i > 0) assert.equal(cell.fromS, cells[i - 1]?.toS);
        const first = Math.ceil(cell.fromS / 300);
        const end = Math.ceil(cell.toS / 300);
        const down = line.subarray(first, end).includes(2);
        assert.equal(cell.state === "down", down, `cell from ${cell.fromS}`);
      }
      const { counts } = availabilityOf(line);
      const counted = counts.up + counts.down + counts.suspect + counts.unknown;
      assert.equal(counted, line.filter((state) => state <= 3).length);
    }),
  );
});
