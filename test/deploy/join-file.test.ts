/** What the compose file does, natively: a collector, and a probe that joins with a token file once and keeps its key. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JoinCommand, VantageView } from "../../collector/wire/api-settings.ts";
import { setUp } from "../support/api.ts";
import { product, scratch } from "../support/product.ts";

test("a probe joins with a token file, and goes on with its own key when it starts again", async (t) => {
  const collectorFolder = scratch("compose-collector");
  const probeFolder = scratch("compose-probe");
  const collector = product("collector", ["--listen", "127.0.0.1:0"], { dir: collectorFolder.dir });
  t.after(async () => {
    await collector.stop();
    collectorFolder.remove();
    probeFolder.remove();
  });
  const client = await setUp((await collector.says(/set up\s+(http\S+)/))[1] ?? "", { carrier: "local" });
  const joined = await client.call<JoinCommand>("POST", "/vantages", { name: "probe a", carrier: "ct" });
  const token = join(probeFolder.dir, "join.token");
  writeFileSync(token, joined.token);
  const seen = client.live((event) => (event.type === "vantage" ? true : null));
  for (const start of ["first", "second"]) {
    const probe = product("probe", ["--join-file", token], { dir: probeFolder.dir });
    await probe.says(/the probe measures/);
    await seen;
    assert.ok(existsSync(join(probeFolder.dir, "probe", "key")), start);
    assert.equal(await probe.stop(), 0, probe.output());
  }
  const { vantages } = await client.call<{ vantages: VantageView[] }>("GET", "/vantages");
  assert.equal(vantages.find(({ vantage }) => vantage.id === joined.vantage)?.status, "ok");
});
