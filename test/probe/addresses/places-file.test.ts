/** Places of addresses over a restart: kept where they changed hands, and never in the way of a start. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../../collector/wire/log.ts";
import { openPlaces } from "../../../probe/addresses/places-file.ts";
import { nodeFiles } from "../../../probe/spool/files.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { scratchFolder } from "../../support/spool.ts";

const four = (...last: number[]) => last.map((n) => `192.0.2.${n}`);
const opened = (folder: string, clock = fakeClock()) =>
  openPlaces({ files: nodeFiles(), folder, clock, log: silentLog });

test("after a restart the addresses that had a place have it again", async (t) => {
  const folder = scratchFolder(t);
  const before = await opened(folder);
  before.pick("t", four(7, 8, 9), 3, 1);
  before.pick("gone", four(1), 3, 1);
  before.keepOnly(new Set(["t"]));
  await before.close();
  assert.equal(statSync(join(folder, "addresses.json")).mode & 0o777, 0o600);
  const after = await opened(folder);
  assert.deepEqual(after.pick("t", four(1, 2, 3, 7, 8, 9), 3, 2), { measured: four(7, 8, 9), other: 3 });
  assert.deepEqual(Object.keys(after.taken()), ["t"]);
});

test("a change is on disk soon after it, a look without one writes nothing", async (t) => {
  const folder = scratchFolder(t);
  const clock = fakeClock();
  const places = await opened(folder, clock);
  const file = join(folder, "addresses.json");
  places.pick("t", four(1, 2), 3, 1);
  await clock.advance(9_000);
  assert.equal(existsSync(file), false);
  await clock.advance(2_000);
  while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
  const first = readFileSync(file, "utf8");
  for (let tick = 2; tick < 50; tick += 1) places.pick("t", four(1, 2), 3, tick);
  await places.close();
  assert.equal(readFileSync(file, "utf8"), first);
});

test("a damaged file, or one of another shape, costs nothing but the places", async (t) => {
  for (const text of ["", "{", '{"t":[1]}', '{"t":{"192.0.2.1":"x"}}', "[]"]) {
    const folder = scratchFolder(t);
    writeFileSync(join(folder, "addresses.json"), text);
    const places = await opened(folder);
    assert.deepEqual(places.pick("t", four(1, 2, 3), 2, 1), { measured: four(1, 2), other: 1 });
    await places.close();
    assert.deepEqual(
      (await opened(folder)).pick("t", four(0, 1, 2), 2, 2).measured,
      four(1, 2),
      `after ${JSON.stringify(text)}`,
    );
  }
});

test("a folder that cannot be written stops nothing", async (t) => {
  const folder = scratchFolder(t);
  const places = await openPlaces({
    files: {
      ...nodeFiles(),
      append: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })),
    },
    folder,
    clock: fakeClock(),
    log: silentLog,
  });
  places.pick("t", four(1), 2, 1);
  await places.close();
  assert.equal(existsSync(join(folder, "addresses.json")), false);
});
