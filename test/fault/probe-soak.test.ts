/**
 * Hours of a probe in minutes, with targets of every ill will among its own: memory and descriptors stay what they were.
 *
 * A step of 10 s passes in half a second. 20 s of it in CI; 30 minutes, ten hours of the probe's life, with --full.
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import { assignmentOf, probeConfigOf } from "../support/assignments.ts";
import { dnsServer } from "../support/dns-server.ts";
import { type FakeCollector, fakeCollector, until } from "../support/fake-collector.ts";
import {
  type HostileServer,
  hostileServer,
  neverEnds,
  says,
  saysAndResets,
} from "../support/hostile-server.ts";
import { httpTarget } from "../support/http-target.ts";
import { joinedFolder } from "../support/probe-process.ts";
import { scratchFolder } from "../support/spool.ts";
import { testCa } from "../support/test-ca.ts";
import type { Look } from "./soak-probe.ts";

const FULL = process.env["CARRIERWATCH_FULL"] === "1";
const SPEED = 20;
const STEP_S = 10;
/** Measured only for warmth: what a process loads once it loads now. */
const WARM_S = FULL ? 60 : 6;
const LOOKS = FULL ? 60 : 14;
const BETWEEN_S = FULL ? 29 : 1;
const MIB = 2 ** 20;

test(`a probe holds no more after ${FULL ? "ten hours" : "minutes"} of hostile targets than before`, async (t) => {
  const world = await hostileWorld(t);
  const fake = await fakeCollector(t);
  unreliable(fake);
  fake.setConfig(probeConfigOf(world.assignments));
  const dir = joinedFolder(
    scratchFolder(t),
    [
      `collector: { url: "${fake.url}" }`,
      "allow: [127.0.0.0/8]",
      `resolvers: ["${world.dns}"]`,
      "spool: { maxBytes: 16777216 }",
      "limits: { concurrent: 100, loopDelayMs: 1000 }",
    ].join("\n"),
  );
  const child = fork(new URL("./soak-probe.ts", import.meta.url), [dir, String(SPEED)], {
    execArgv: ["--expose-gc", "--import", join(import.meta.dirname, "../support/no-network.ts")],
  });
  t.after(() => child.kill("SIGKILL"));
  assert.equal((await once(child, "message"))[0], "ready");
  await seconds(WARM_S);
  const looks: Look[] = [];
  const states = new Set<string>();
  // Half of what is due between two looks: a loaded machine leaves ticks out, a probe that stopped measuring may not pass.
  const due = (world.assignments.length * BETWEEN_S * SPEED) / STEP_S;
  for (let at = 0; at < LOOKS; at += 1) {
    await seconds(BETWEEN_S);
    await until(() => fake.stored.size >= due / 2, `half of ${due} samples`);
    child.send("look");
    looks.push((await once(child, "message"))[0] as Look);
    for (const { sample } of fake.stored.values()) states.add(sample.failure?.cause ?? sample.state);
    fake.stored.clear();
    fake.batches.length = 0;
  }
  flat(looks);
  child.send("stop");
  await once(child, "exit");
  const wanted = ["up", "nxdomain", "connection-refused", "first-byte-timeout", "not-http", "body-timeout"];
  assert.deepEqual(
    wanted.filter((state) => !states.has(state)),
    [],
    `only ${[...states]}`,
  );
});

/** The last third against the first: a leak of one descriptor or kilobyte a measurement is a hundred times the limit. */
function flat(looks: readonly Look[]): void {
  const third = Math.floor(looks.length / 3);
  const grown = (of: (look: Look) => number) =>
    median(looks.slice(-third).map(of)) - median(looks.slice(0, third).map(of));
  const told = looks.map(
    ({ descriptors, heapBytes, rssBytes }) =>
      `${descriptors} fds ${(heapBytes / MIB).toFixed(1)} + ${(rssBytes / MIB).toFixed(0)} MiB`,
  );
  const about = told.join(", ");
  assert.ok(grown(({ descriptors }) => descriptors) <= 12, `descriptors: ${about}`);
  assert.ok(grown(({ heapBytes }) => heapBytes) <= 3 * MIB, `heap: ${about}`);
  assert.ok(grown(({ rssBytes }) => rssBytes) <= 20 * MIB, `resident: ${about}`);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function seconds(s: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, s * 1000));
}

/** A collector that now and then resets, refuses and hangs up after it has stored. */
function unreliable(fake: FakeCollector): void {
  let batches = 0;
  fake.intercept = (_path, batch) => {
    if (batch === null) return null;
    batches += 1;
    if (batches % 7 === 0) return "reset";
    if (batches % 11 === 0) return "reset-after";
    return batches % 13 === 0 ? { status: 503 } : null;
  };
}

async function hostileWorld(t: TestContext): Promise<{ dns: string; assignments: Assignment[] }> {
  const plain = await httpTarget({ body: Buffer.alloc(10_240, 120), chunks: 3, bodyMs: 20 });
  plain.paths = {
    "/loop": { status: 302, headers: { location: "/loop2" } },
    "/loop2": { status: 302, headers: { location: "/loop" } },
    "/broken": { status: 500 },
  };
  const secure = await httpTarget({ tls: true, body: "ok" });
  const dns = await dnsServer({
    "a.test": { a: ["127.0.0.1"] },
    "dead.test": { fault: "silent" },
    "garbage.test": { fault: "garbage" },
  });
  const head = "HTTP/1.1 200 OK\r\n";
  const behaviours = {
    resets: saysAndResets(""),
    resetsInBody: saysAndResets(`${head}content-length: 900\r\n\r\nabc`),
    endless: neverEnds(`${head}\r\n`, Buffer.alloc(16_384)),
    drips: neverEnds(`${head}content-length: 900000\r\n\r\n`, "x", 20),
    endlessHead: neverEnds(head, "x-more: and more\r\n"),
    silent: says(),
    garbage: says("SSH-2.0-not-http\r\n"),
    badChunk: says(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`),
  };
  const servers: HostileServer[] = [];
  const urls = [
    `http://127.0.0.1:${plain.port}/`,
    `http://a.test:${plain.port}/`,
    `http://127.0.0.1:${plain.port}/loop`,
    `http://127.0.0.1:${plain.port}/broken`,
    `https://localhost:${secure.port}/`,
    `https://127.0.0.1:${plain.port}/`,
    `tcp://127.0.0.1:${plain.port}`,
    `tls://localhost:${secure.port}`,
    "http://dead.test/",
    "http://garbage.test/",
    "http://nobody.test/",
    "http://10.0.0.1/",
    "http://127.0.0.1:1/",
  ];
  for (const behaviour of Object.values(behaviours)) {
    const server = await hostileServer(behaviour);
    servers.push(server);
    urls.push(`http://127.0.0.1:${server.port}/`);
  }
  const mute = await hostileServer(says(), { leaf: testCa().leaf({ selfSigned: true }) });
  servers.push(mute);
  urls.push(`https://127.0.0.1:${mute.port}/`);
  t.after(async () => {
    await Promise.all([
      plain.close(),
      secure.close(),
      dns.close(),
      ...servers.map((server) => server.close()),
    ]);
  });
  const timeouts = { connectMs: 3_000, totalMs: 6_000 };
  const assignments = urls.map((url, at) => assignmentOf({ id: `t${at}`, url, stepS: STEP_S, timeouts }));
  return { dns: dns.address, assignments };
}
