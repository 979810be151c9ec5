/** A route that somebody asks for: the probe is told to look, and the asker sees hops with our own hints, stored nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ingestPart } from "../../../collector/ingest/ingest.ts";
import { networksOf } from "../../../collector/networks/networks.ts";
import { MeasurementView } from "../../../collector/wire/on-demand.ts";
import { ProbeConfig } from "../../../collector/wire/probe-protocol.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { reportOf } from "../../support/evidence.ts";
import { ask, joined, served, signedIn } from "./served.ts";

const KNOWS = { "x-carrierwatch-understands": "once" };

test("a probe is told to look at the route only when somebody asks for it", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const headers = { ...(await joined(s)), ...KNOWS };
  for (const path of [true, false, undefined]) {
    const body = { url: "https://www.example.com/", ...(path === undefined ? {} : { path }) };
    assert.equal((await ask(`${s.api}/measurements`, { headers: user, body })).status, 202);
    const { once } = ProbeConfig.parse((await ask(`${s.api}/probe/config`, { headers })).body);
    assert.deepEqual(
      once?.map((one) => one.path),
      [path === true ? true : undefined],
      "an older probe knows no such key",
    );
  }
});

test("the asker sees the hops with hints of our own table, and text without control characters", async (t) => {
  const s = await served(t);
  const { onDemand } = ingestPart({ ...s, networkOf: networksOf() });
  const measured = { url: "https://www.example.com/", path: true } as never;
  const { id } = onDemand.ask({
    asker: "me",
    target: null,
    measured,
    vantages: [{ id: "sh-ct-1", name: "Shanghai", carrier: "ct" }],
  });
  const { evidence } = reportOf("x", s.clock.nowMs(), { evidence: { note: "a\u001bb" } });
  const result = { startedMs: 1, state: "up" as const, timings: NO_TIMINGS, detail: {}, path: evidence };
  onDemand.news("sh-ct-1", { kind: "measured", id, result });
  const view = MeasurementView.parse(onDemand.view("me", id));
  const path = view.lanes[0]?.result?.path;
  assert.deepEqual(
    path?.hops.map(({ hint }) => hint?.carrier),
    [undefined, "ct", undefined],
  );
  assert.equal(path?.note, "a b");
  assert.deepEqual(await s.store.events.list({ limit: 10 }), []);
});
