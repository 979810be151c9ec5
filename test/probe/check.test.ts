/** `carrierwatch check`: exit codes, both languages, JSON, refusals in words, and a waterfall whose bars add up. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CarrierwatchError } from "../../collector/wire/errors.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { languageOf } from "../../collector/wire/said/language.ts";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import { exitCodeOf } from "../../main.ts";
import { showBytes, showUs } from "../../probe/check/look.ts";
import { shortLine, summary, waterfall } from "../../probe/check/waterfall.ts";
import { WORDS } from "../../probe/check/words.ts";
import { verb } from "../../probe/check.ts";
import type { Measured } from "../../probe/measure/measured.ts";
import { httpTarget } from "../support/http-target.ts";
import { testCa } from "../support/test-ca.ts";

const BIN = new URL("../../deploy/bin.js", import.meta.url).pathname;
const ESCAPE = "\u001b";

type Ran = { code: number; out: string; err: string };

function carrierwatch(...args: string[]): Promise<Ran> {
  const env = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

test("a URL that is up prints its waterfall without colours when piped, and exits 0", async () => {
  const target = await httpTarget({ tls: true, delayMs: 20, body: "x".repeat(2_000) });
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-check-"));
  const ca = join(dir, "ca.pem");
  writeFileSync(ca, testCa().cert);
  const ran = await carrierwatch("check", target.url, "--allow", "127.0.0.1/32", "--ca", ca);
  await target.close();
  rmSync(dir, { recursive: true });
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, new RegExp(`^${target.url}\n  (?:up|suspect)  200  HTTP/1.1  TLSv1.3  127.0.0.1\n`));
  for (const label of ["connect", "TLS", "wait", "transfer", "first byte", "total"]) {
    assert.match(ran.out, new RegExp(`^  ${label} +[\\d.]+ ms`, "m"), label);
  }
  assert.match(ran.out, /received 2\.00 kB, headers \d+ B, speed /);
  assert.match(ran.out, /certificate localhost, from carrierwatch test authority, 89 days left/);
  assert.ok(!ran.out.includes(ESCAPE));
});

test("a URL that is down says cause and source, and exits 1; in Chinese too", async () => {
  const target = await httpTarget({ status: 503 });
  const [english, chinese] = await Promise.all([
    carrierwatch("check", target.url, "--allow", "127.0.0.1"),
    carrierwatch("check", target.url, "--allow", "127.0.0.1", "--lang", "zh"),
  ]);
  await target.close();
  assert.deepEqual([english.code, chinese.code], [1, 1]);
  assert.match(english.out, /DOWN {2}503/);
  assert.match(english.out, /unexpected status .*points to the target\n {2}status 503, expected 200-399/);
  assert.match(chinese.out, /失败 {2}503/);
  assert.match(chinese.out, /状态码不符合预期/);
});

test("a refused address exits 78 and names the flag that would allow it; no connection is opened", async () => {
  const target = await httpTarget();
  const plain = await carrierwatch("check", target.url);
  const json = await carrierwatch("check", target.url, "--json");
  await target.close();
  assert.equal(plain.code, 78);
  assert.match(plain.out, /127\.0\.0\.1 is a loopback address.*add --allow 127\.0\.0\.1\/32\n$/);
  assert.equal(json.code, 78);
  assert.equal(JSON.parse(json.out).unknownReason, "guard");
  assert.match(json.err, /add --allow 127\.0\.0\.1\/32/);
  assert.equal(target.seen.connections, 0);
});

test("a series prints a line each and a summary; as JSON one object a line", async () => {
  const target = await httpTarget();
  const [text, json] = await Promise.all([
    carrierwatch("check", target.url, "--allow", "127.0.0.1", "-n", "3"),
    carrierwatch("check", target.url, "--allow", "127.0.0.1", "-n", "3", "--json"),
  ]);
  await target.close();
  assert.equal(text.out.match(/^ {2}[123] {2}\S+ {2}200 {2}connect /gm)?.length, 3, text.out);
  assert.match(text.out, /\n {2}total +average .*\n {2}up 3\/3\n$/);
  const objects = json.out.trimEnd().split("\n");
  assert.equal(objects.length, 3);
  for (const line of objects) assert.equal(JSON.parse(line).detail.status, 200);
});

test("on a terminal what takes more than a second says so, on a line that goes away; in colours", async () => {
  const target = await httpTarget({ delayMs: 1_300 });
  const command = [process.execPath, BIN, "check", target.url, "--allow", "127.0.0.1"].join(" ");
  const typescript = (env: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const around = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env };
      execFile("script", ["-qefc", command, "/dev/null"], { env: around }, (_error, out) => resolve(out));
    });
  const [coloured, plain, piped] = await Promise.all([
    typescript({}),
    typescript({ NO_COLOR: "1" }),
    carrierwatch("check", target.url, "--allow", "127.0.0.1"),
  ]);
  await target.close();
  assert.match(coloured, /measuring http:\/\/127\.0\.0\.1:\d+ \.\.\. connect \d+ ms/);
  assert.ok(coloured.includes(`${ESCAPE}[32m`));
  assert.ok(!plain.includes(`${ESCAPE}[32m`) && plain.includes("200"), plain);
  assert.equal(piped.err, "");
  assert.equal(piped.code, 0);
});

const WRONG: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
  [[], 64, /give exactly one URL/],
  [["a", "b"], 64, /give exactly one URL/],
  [["http://"], 64, /is not a URL/],
  [["http://a.test", "-n", "0"], 64, /give 1 to 100/],
  [["http://a.test", "-n", "101"], 64, /give 1 to 100/],
  [["http://a.test", "-4", "-6"], 64, /exclude each other/],
  [["http://a.test", "--bogus"], 64, /bogus/],
  [["http://a.test", "--timeout", "0"], 64, /totalMs/],
  [["http://a.test", "--method", "BREW"], 64, /method/],
  [["http://a.test", "-H", "no colon"], 64, /write it as "Name: value"/],
  [["http://a.test", "-H", "Host: b.test"], 64, /set by the probe itself/],
  [["http://a.test", "-u", "me:secret"], 64, /can be read by everyone/],
  [["http://a.test", "--cert", "x"], 64, /go together/],
  [["http://a.test", "--resolve", "a.test:443"], 64, /HOST:PORT:ADDRESS/],
  [["http://a.test", "--resolve", "a.test:443:b.test"], 64, /HOST:PORT:ADDRESS/],
  [["tcp://a.test"], 64, /has no port: write tcp:\/\/host:port/],
  [["tcp://a.test:1", "-X", "GET"], 64, /--request is for http and https; tcp:\/\/ has none/],
  [["dns://a.test?type=X"], 64, /type X; known are/],
  [["http://a.test", "--allow", "10.0.0.0/99"], 78, /"10\.0\.0\.0\/99" is not an address range/],
  [["http://a.test", "--ca", "/nowhere/ca.pem"], 78, /\/nowhere\/ca\.pem cannot be read/],
  [["http://a.test", "--ca", "/dev/null"], 78, /--ca \/dev\/null holds no certificate/],
  [["http://a.test", "--resolver", "dns.test"], 64, /--resolver dns\.test: give an IP address/],
  [["http://a.test", "--interface", "eth0"], 64, /--local-address eth0: give an IP address of this machine/],
  [["http://a.test", "-m", "soon"], 64, /--max-time soon: give a number/],
  [["http://a.test", "--max-redirs=-1"], 64, /--max-redirs -1: give a number/],
];

for (const [args, code, says] of WRONG) {
  test(`check ${args.join(" ")} is refused in one sentence, exit ${code}`, async () => {
    const running = verb({ argv: args, env: {}, log: silentLog });
    await assert.rejects(running, (error) => {
      assert.ok(error instanceof CarrierwatchError, String(error));
      assert.equal(exitCodeOf(error), code);
      assert.match(error.message, says);
      return true;
    });
  });
}

test("a reader that goes away ends it without a word and without an exit code that says something of the target", async () => {
  const target = await httpTarget();
  const command = `"$0" "$1" check -n 50 --allow 127.0.0.1 ${target.url} | head -1; echo "\${PIPESTATUS[0]}"`;
  const ran = await new Promise<Ran>((resolve) => {
    execFile("bash", ["-c", command, process.execPath, BIN], (error, out, err) =>
      resolve({ code: error ? -1 : 0, out, err }),
    );
  });
  await target.close();
  assert.equal(ran.out.trim().split("\n").at(-1), "141", ran.out);
  assert.equal(ran.err, "");
});

const MEASURED: Measured = {
  startedMs: 0,
  state: "up",
  timings: {
    ...NO_TIMINGS,
    dns: 10_000,
    connect: 10_000,
    tls: 20_000,
    wait: 40_000,
    transfer: 20_000,
    total: 100_000,
  },
  detail: { status: 200 },
};
const LOOK = { words: WORDS.en, say: (text: string) => text, colour: false, nowMs: 0 };

test("bars follow one another: each begins where the one before ended", () => {
  const lines = waterfall("u", MEASURED, LOOK)
    .split("\n")
    .filter((line) => /[▏▎▍▌▋▊▉█]/.test(line));
  assert.equal(lines.length, 5);
  let endCells = 0;
  for (const line of lines) {
    const bar = line.slice(line.indexOf(" ms  ") + 5);
    const from = bar.length - bar.trimStart().length;
    assert.ok(Math.abs(from - endCells) <= 1, `${from} after ${endCells}`);
    endCells = bar.length;
  }
});

test("the labels of both languages take the same width on a terminal", () => {
  const widths = waterfall("u", MEASURED, { ...LOOK, words: WORDS.zh })
    .split("\n")
    .filter((line) => / ms/.test(line))
    .map((line) => {
      const label = line.slice(0, line.indexOf(" ms"));
      return [...label].reduce((sum, char) => sum + (/[\u4e00-\u9fff]/.test(char) ? 2 : 1), 0);
    });
  assert.equal(widths.length, 6);
  assert.equal(new Set(widths).size, 1, widths.join());
});

test("colours appear only where they are asked for", () => {
  assert.ok(waterfall("u", MEASURED, { ...LOOK, colour: true }).includes(`${ESCAPE}[32m`));
  assert.ok(!waterfall("u", MEASURED, LOOK).includes(ESCAPE));
});

test("suspect is yellow alone and in a series; Chinese has its own commas", () => {
  const look = { ...LOOK, colour: true };
  for (const [state, code] of [
    ["up", 32],
    ["down", 31],
    ["suspect", 33],
    ["unknown", 33],
  ] as const) {
    const mark = `${ESCAPE}[${code}m${WORDS.en.states[state]}${ESCAPE}[0m`;
    assert.ok(waterfall("u", { ...MEASURED, state }, look).includes(mark), state);
    assert.ok(shortLine(1, { ...MEASURED, state }, look).includes(mark), state);
  }
  const detail = { wireBytes: 5, headerBytes: 7 };
  const said = waterfall("u", { ...MEASURED, detail }, { ...LOOK, words: WORDS.zh });
  assert.match(said, /接收 5 B，响应头 7 B/);
});

test("a series of failures has a summary without numbers", () => {
  const { failure: _none, ...rest } = MEASURED;
  assert.equal(summary([{ ...rest, state: "unknown", timings: NO_TIMINGS }], LOOK), "  up 0/1");
});

test("numbers are shown with three digits and their unit", () => {
  assert.deepEqual([0, 1_234, 12_340, 123_400, 9_999_999, 12_345_678].map(showUs), [
    "0.00 ms",
    "1.23 ms",
    "12.3 ms",
    "123 ms",
    "10000 ms",
    "12.35 s",
  ]);
  assert.deepEqual([0, 999, 1_000, 12_345, 999_400, 1e9].map(showBytes), [
    "0 B",
    "999 B",
    "1.00 kB",
    "12.3 kB",
    "999 kB",
    "1.00 GB",
  ]);
});

test("the language is the flag's, else the locale's, else English", () => {
  assert.equal(languageOf("zh", { LANG: "en_US.UTF-8" }), "zh");
  assert.equal(languageOf(undefined, { LANG: "zh_CN.UTF-8" }), "zh");
  assert.equal(languageOf(undefined, { LC_ALL: "C", LANG: "zh_CN.UTF-8" }), "en");
  assert.equal(languageOf(undefined, {}), "en");
});
