/** Outlines: what `states` says of the same ticks, in columns and without details, open ticks and old ones alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTLINE_STATES, type OutlineQuery, type Outlines } from "../../collector/store/outline.ts";
import type { Store, StoredSample } from "../../collector/store/store.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import type { Detail, Sample } from "../../collector/wire/sample.ts";
import {
  downAt,
  forEachEngine,
  nowAfter,
  record,
  T0,
  timingsOf,
  unknownSample,
  withStore,
} from "./support.ts";

const STEP = 300;
const CERTIFICATE = { subject: "CN=shop", issuer: "R11", notAfterS: 1_800_000_000, fingerprint256: "AB:CD" };

type Entry = {
  vantage: string;
  tick: number;
  state: string;
  skewMs: number | null;
  live: boolean;
  d: unknown;
  pdps: unknown;
  answer: readonly (number | null)[] | null;
};

type Wanted = Pick<OutlineQuery, "values" | "answers">;

/** Entries of one query, ordered by tick and vantage. */
function entriesOf(outlines: Outlines, asked: number, wanted: Wanted): Entry[] {
  const { asked: of, ends, vantages } = outlines.series;
  const entries = [...ends].flatMap((end, k) => {
    const from = ends[k - 1] ?? 0;
    if (of[k] !== asked) return [];
    return Array.from({ length: end - from }, (_, i) =>
      entryAt(outlines, from + i, vantages[k] ?? "", wanted),
    );
  });
  return entries.sort((a, b) => a.tick - b.tick || (a.vantage < b.vantage ? -1 : 1));
}

function entryAt(outlines: Outlines, i: number, vantage: string, wanted: Wanted): Entry {
  const { ticks, states, skewsMs, lives, said, texts, present, values, statuses, bodiesBytes } = outlines;
  const bytes = bodiesBytes[i] ?? 0;
  const { d = {} } = JSON.parse(texts[said[i] ?? 0] ?? "") as { d?: Detail };
  const pdps = METRICS.map((_, m) => (((present[i] ?? 0) >> m) & 1 ? values[i * METRICS.length + m] : null));
  const skew = skewsMs[i] ?? 0;
  return {
    vantage,
    tick: ticks[i] ?? 0,
    state: OUTLINE_STATES[states[i] ?? 0] ?? "",
    skewMs: Number.isNaN(skew) ? null : skew,
    live: lives[i] === 1,
    d,
    pdps: wanted.values ? pdps : null,
    answer: wanted.answers ? [statuses[i] ?? 0, Number.isNaN(bytes) ? null : bytes] : null,
  };
}

function entryOf({ vantage, skewMs, live, sample }: StoredSample, wanted: Wanted): Entry {
  const { address: _, family: __, ...others } = sample.detail;
  const d = Object.fromEntries(Object.entries(others).filter(([, value]) => typeof value !== "number"));
  const isUp = sample.state === "up";
  const pdps = wanted.values ? METRICS.map((metric) => (isUp ? sample.timings[metric] : null)) : null;
  const { status = 0, bodyBytes = null } = sample.detail;
  const answer = wanted.answers ? [status, bodyBytes] : null;
  return { vantage, tick: sample.tick, state: sample.state, skewMs, live, d, pdps, answer };
}

async function agree(store: Store, asked: readonly OutlineQuery[]): Promise<number> {
  const outlines = await store.samples.outlines(asked);
  let entries = 0;
  for (const [i, query] of asked.entries()) {
    const { target, fromS, toS } = query;
    const ticks = Array.from({ length: (toS - fromS) / 60 + 1 }, (_, k) => fromS + k * 60);
    const states = await store.samples.states(target, ticks);
    assert.deepEqual(
      entriesOf(outlines, i, query),
      states.map((one) => entryOf(one, query)),
    );
    entries += states.length;
  }
  return entries;
}

/** Five states in turn, with details that change now and then. */
function sampleAt(at: number): Partial<Sample> {
  const detail: Detail = { status: 200, bodyBytes: at * 7, address: at % 2 ? "2001:db8::1" : "192.0.2.7" };
  const told: Detail = {
    ...detail,
    lateMs: at / 8,
    certificate: CERTIFICATE,
    protocol: at % 9 < 4 ? "h2" : "h3",
  };
  if (at % 7 === 3) return downAt("connect");
  if (at % 11 === 5) return unknownSample;
  if (at % 13 === 6) return { state: "suspect", timings: timingsOf(at + 1), detail: told };
  const timings = { ...timingsOf(at + 1), ...(at % 5 === 0 ? { tls: null, speed: null } : {}) };
  return { state: "up", timings, detail: at % 3 === 0 ? detail : told };
}

forEachEngine("outlines", (open) => {
  test(
    "they say what states says, of open ticks, of tiles, and of both at once",
    withStore(open, async (store) => {
      const skews = [null, 0, -61_000.5, 12.375];
      for (let at = 0; at < 40; at += 1) {
        const batch = ["shop", "news"].flatMap((target) =>
          ["ct-1", "cnc-1", "cmcc-1"].map((vantage, v) => {
            const skewMs = skews[(at + v) % skews.length] ?? null;
            return record({ target, vantage, tick: T0 + at * STEP, skewMs, sample: sampleAt(at + v) });
          }),
        );
        await store.samples.put(batch, nowAfter(T0 + at * STEP));
      }
      const last = T0 + 39 * STEP;
      const ranges = [
        [T0, last],
        [last - 3 * STEP, last + 5 * STEP],
        [T0 + 5 * STEP, T0 + 9 * STEP],
        [last + STEP, last + 2 * STEP],
      ] as const;
      for (const [values, answers] of [
        [true, false],
        [false, false],
        [true, true],
        [false, true],
      ] as const) {
        const asked = ranges.flatMap(([fromS, toS]) =>
          ["shop", "nobody", "news"].map((target) => ({ target, fromS, toS, values, answers })),
        );
        assert.equal(await agree(store, asked), 6 * (40 + 4 + 5));
      }
    }),
  );

  test(
    "late ticks are among them, and a series of another step with its own newest tick",
    withStore(open, async (store) => {
      const late = [0, 2, 20, 5, 1, 19].map((at) => record({ tick: T0 + at * STEP, sample: sampleAt(at) }));
      for (const one of late) await store.samples.put([one], nowAfter(T0 + 30 * STEP));
      const minutes = [31, 32].map((at) => record({ tick: T0 + at * STEP, stepS: 60, seq: 900 + at }));
      await store.samples.put(minutes, nowAfter(T0 + 33 * STEP));
      const query = { target: "shop", fromS: T0, toS: T0 + 40 * STEP, values: true, answers: true };
      assert.equal(await agree(store, [query]), 8);
      const { series } = await store.samples.outlines([{ ...query, toS: T0 }]);
      const newest = [...series.stepsS].map((stepS, k) => [stepS, (series.lastTicks[k] ?? 0) - T0]);
      assert.deepEqual(
        newest.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
        [
          [60, 32 * STEP],
          [STEP, 20 * STEP],
        ],
      );
    }),
  );

  test(
    "addresses of a target are not among them",
    withStore(open, async (store) => {
      const own = record();
      const single = record({ seq: 2, sample: { address: "192.0.2.1" } });
      await store.samples.put([own, single], nowAfter(T0));
      const query = { target: "shop", fromS: T0, toS: T0, values: false, answers: false };
      assert.equal(await agree(store, [query]), 1);
    }),
  );

  test(
    "an incident touches from its beginning to its end, an altered answer until it is over",
    withStore(open, async (store) => {
      const incident = (target: string, fromS: number, toS: number | null) => ({
        ...{ id: `${target}.${fromS}`, target, subject: "target" as const, class: "down" as const },
        ...{ fromS, toS, transitions: [] },
      });
      await store.incidents.transition(incident("over", 100, 200), 0, []);
      await store.incidents.transition(incident("open", 100, null), 0, []);
      const targets = ["open", "over", "none"];
      assert.deepEqual(await store.incidents.touching(targets, 200), ["open", "over"]);
      assert.deepEqual(await store.incidents.touching(targets, 201), ["open"]);
      const altered = (target: string, atS: number, toS: number | null) => ({
        ...{ id: `altered/${target}/${atS}`, atS, kind: "altered" as const, target, vantage: null },
        ...{ carrier: "ct", toS, foundS: atS, differs: [] },
      });
      await store.events.put([altered("over", 100, 200), altered("open", 100, null)]);
      assert.deepEqual(await store.events.alteredAfter(targets, 199), ["open", "over"]);
      assert.deepEqual(await store.events.alteredAfter(targets, 200), ["open"]);
    }),
  );
});
