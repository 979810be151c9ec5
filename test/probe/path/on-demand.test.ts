/** The route somebody asked for, beside what was measured; and how a terminal shows it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../collector/wire/log.ts";
import { OnceResult } from "../../../collector/wire/on-demand.ts";
import { speechIn } from "../../../collector/wire/said/language.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { pathOf } from "../../../probe/path/path.ts";
import type { RunTool } from "../../../probe/path/run-tool.ts";
import { showPath } from "../../../probe/path/show.ts";
import { turnsOf } from "../../../probe/path/watch.ts";
import { clientOf } from "../../../probe/ship/client.ts";
import { nodeFiles } from "../../../probe/spool/files.ts";
import { onceOf } from "../../support/assignments.ts";
import { reportOf } from "../../support/evidence.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { BIN, site } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";

const RESULT: OnceResult = {
  startedMs: fakeClock().nowMs(),
  state: "up",
  timings: NO_TIMINGS,
  detail: { address: "127.0.0.1" },
};

function partWith(t: TestContext, run: RunTool, allow = ["127.0.0.1"]) {
  const clock = fakeClock();
  const client = clientOf({
    url: "http://127.0.0.1:1",
    certificateSha256: null,
    key: () => "k",
    userAgent: "t",
  });
  const folder = scratchFolder(t);
  const part = pathOf({
    settings: { allow, file: "config.yaml", folder, resolvers: [] },
    ...{ clock, log: silentLog, random: () => 0.5, client, files: nodeFiles(), turns: turnsOf(clock), run },
  });
  t.after(async () => {
    await part.stop();
    client.close();
  });
  return { part, clock };
}

const traced: RunTool = async (_command, args) => ({
  status: 0,
  stdout: ` 1  ${args.at(-1)}  0.5 ms  0.6 ms\n`,
  stderr: "",
  missing: false,
});

test("the route is looked at when it is asked for, and not else", async (t) => {
  const url = await site(t);
  const { part } = partWith(t, traced);
  assert.equal(await part.alongside(onceOf("0123456789abcdef", { url }), RESULT, undefined), RESULT);
  const asked = onceOf("0123456789abcdef", { url, path: true });
  const result = OnceResult.parse(await part.alongside(asked, RESULT, undefined));
  assert.deepEqual(
    [result.state, result.path?.reached, result.path?.hops[0]?.address],
    ["up", true, "127.0.0.1"],
  );
});

test("after a redirect the evidence is of where it led to: address, port and name of one place", async (t) => {
  const first = await site(t);
  const second = await site(t);
  const { part } = partWith(t, traced);
  const hop = { dns: null, connect: null, tls: null, wait: null, transfer: null };
  const detail = {
    address: "127.0.0.1",
    hops: [
      { url: first, ...hop },
      { url: `${second}/there`, ...hop },
    ],
  };
  const asked = onceOf("0123456789abcdef", { url: first, path: true });
  const { path } = OnceResult.parse(await part.alongside(asked, { ...RESULT, detail }, undefined));
  assert.equal(path?.port, Number(new URL(second).port));
  assert.match(path?.head ?? "", /^HTTP\/1\.1 \d/);
});

test("a route that takes longer than anybody waits is broken off, and the measurement is told without it", async (t) => {
  const { part, clock } = partWith(t, (_command, _args, { signal }) => {
    const cut = { status: null, stdout: "", stderr: "", missing: false };
    return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(cut), { once: true }));
  });
  const asked = onceOf("0123456789abcdef", { url: "http://127.0.0.1:1/", path: true, withinMs: 20_000 });
  const running = part.alongside(asked, RESULT, undefined);
  await clock.advance(17_900);
  await clock.advance(200);
  const { path } = OnceResult.parse(await running);
  assert.deepEqual([path?.tool, path?.hops], [null, []]);
});

test("an address this probe may not measure is not traced on demand either", async (t) => {
  let ran = 0;
  const { part } = partWith(t, async () => {
    ran += 1;
    return { status: 0, stdout: "", stderr: "", missing: false };
  }, []);
  const asked = onceOf("0123456789abcdef", { url: "http://127.0.0.1:1/", path: true });
  const { path } = OnceResult.parse(await part.alongside(asked, RESULT, undefined));
  assert.match(path?.note ?? "", /loopback/);
  assert.equal(ran, 0);
});

test("a terminal shows hops, times, networks and the note, in both languages, without control characters", async () => {
  const { evidence } = reportOf("x", 1, {
    evidence: {
      note: "\u001b[2Jevil",
      head: "HTTP/1.1 200 OK\nx: y",
      hops: [
        { ttl: 1, address: "202.97.33.1", timesMs: [3.14], hint: { asn: 4134, name: "China Telecom" } },
        { ttl: 2, address: null, timesMs: [] },
      ],
    },
  });
  const en = showPath(evidence, "en", await speechIn("en"));
  assert.match(
    en,
    /route to 8\.8\.8\.8 port 443 \(traceroute\)\n +1 {2}202\.97\.33\.1 {2}3\.1 ms {2}China Telecom AS4134\n +2 {2}no answer\n +not reached/,
  );
  assert.match(showPath(evidence, "zh", await speechIn("zh")), /端口 443[\s\S]*无应答\n +未到达/);
  assert.ok(![...en].some((char) => char < " " && char !== "\n"));
});

test("check --path shows the route below the waterfall, and in the JSON", () => {
  const checked = (...more: string[]) =>
    spawnSync(
      process.execPath,
      [BIN, "check", "http://127.0.0.1:1/", "--allow", "127.0.0.1", "--path", ...more],
      {
        encoding: "utf8",
        env: { PATH: process.env["PATH"] },
      },
    );
  const { status, stdout } = checked("--json");
  const { path } = JSON.parse(stdout);
  assert.deepEqual([status, path.port, path.reached], [1, 1, true], stdout);
  assert.match(
    checked("--lang", "en").stdout,
    /route to 127\.0\.0\.1 port 1 \((?:tcptraceroute|mtr|traceroute|tracepath)\)/,
  );
});
