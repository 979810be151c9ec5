/** What reaches the log: repeats are limited and counted, lines stay one line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitRepeats, logTo, readableLine } from "../../../collector/wire/log.ts";
import { fakeClock } from "../../support/fake-clock.ts";

test("the fourth repeat within a minute is held back, and the next minute says how many were", async () => {
  const lines: string[] = [];
  const clock = fakeClock();
  const log = limitRepeats(
    logTo((level, fields, message) => lines.push(`${level} ${message} ${String(fields["repeats"] ?? "")}`)),
    clock,
  );
  for (let i = 0; i < 10; i += 1) log.warn({ code: "disk" }, "cannot write");
  log.warn({ code: "net" }, "cannot write");
  assert.equal(lines.length, 4);
  await clock.advance(60_000);
  log.warn({ code: "disk" }, "cannot write");
  assert.equal(lines.at(-1), "warn cannot write 7");
});

test("a line stays one line whatever its fields hold", () => {
  const line = readableLine(
    0,
    "error",
    { name: "a\nb", error: new Error("x\ny"), n: 1, url: "http://a/b" },
    "went wrong",
  );
  assert.equal(line.split("\n").length, 2);
  assert.match(line, /ERROR went wrong {2}name="a\\nb" error="x\\ny" n=1 url=http:\/\/a\/b\n$/);
});
