/** The alarm line: beyond is above for times and below for speed, and exactly on it is not beyond. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pdpsOf } from "../../../collector/archive/pdp.ts";
import { beyondLine } from "../../../collector/query/line.ts";
import type { Sample } from "../../../collector/wire/sample.ts";
import type { Alarm } from "../../../collector/wire/target.ts";
import { downSample, upSample } from "../alert/ticks.ts";

type Lines = Alarm["lines"];
const total = (limit: number, carriers: Record<string, number | null> = {}): Lines => ({
  total: { limit, carriers },
});

describe("the alarm line", () => {
  const rows: { name: string; lines: Lines; samples: Sample[]; want: string }[] = [
    { name: "exactly on the line is within it", lines: total(1000), samples: [upSample(0, 1000)], want: "-" },
    {
      name: "a microsecond above is beyond",
      lines: total(1000),
      samples: [upSample(0, 1000.001)],
      want: "total 1000.001 > 1000",
    },
    {
      name: "speed is beyond below its line",
      lines: { speed: { limit: 100, carriers: {} } },
      samples: [upSample(0, 10, 99)],
      want: "speed 99 > 100",
    },
    {
      name: "speed exactly on the line is within it",
      lines: { speed: { limit: 100, carriers: {} } },
      samples: [upSample(0, 10, 100)],
      want: "-",
    },
    {
      name: "a carrier can have a line of its own",
      lines: total(1000, { ct: 2000 }),
      samples: [upSample(0, 1500)],
      want: "-",
    },
    {
      name: "which counts instead of the common one",
      lines: total(1000, { ct: 500 }),
      samples: [upSample(0, 800)],
      want: "total 800 > 500",
    },
    { name: "or none", lines: total(1000, { ct: null }), samples: [upSample(0, 9000)], want: "-" },
    { name: "without lines nothing is beyond", lines: {}, samples: [upSample(0, 9000)], want: "-" },
    {
      name: "the carrier's value is the mean of its vantages",
      lines: total(1000),
      samples: [upSample(0, 1900), upSample(0, 200)],
      want: "total 1050 > 1000",
    },
    {
      name: "a suspect sample has no durations",
      lines: total(1000),
      samples: [{ ...upSample(0, 9000), state: "suspect" }],
      want: "-",
    },
    {
      name: "a failed one keeps only the phases it completed",
      lines: total(1000),
      samples: [downSample(0), upSample(0, 800)],
      want: "-",
    },
    {
      name: "of several lines the one that is furthest exceeded is named",
      lines: { total: { limit: 1000, carriers: {} }, dns: { limit: 10, carriers: {} } },
      samples: [upSample(0, 1500)],
      want: "dns 150 > 10",
    },
  ];
  for (const { name, lines, samples, want } of rows) {
    it(name, () => {
      const votes = samples.map((sample) => pdpsOf(sample));
      const beyond = beyondLine("ct", votes, { lines });
      assert.equal(beyond ? `${beyond.metric} ${beyond.value} > ${beyond.limit}` : "-", want);
    });
  }
});
