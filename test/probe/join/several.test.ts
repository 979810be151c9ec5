/** A second vantage joins a probe's folder: what the first one had stays its own, and nothing starts without a key. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { probeSettings } from "../../../probe/config.ts";
import { joinWith } from "../../../probe/join.ts";
import { joinedFile } from "../../../probe/joined-file.ts";
import { type FakeCollector, fakeCollector } from "../../support/fake-collector.ts";
import { BIN, started } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";

const keyOf = (id: string) => `cwp_${id}_0123456789abcdefghijklmn`;

/** Issues one vantage after another; null = the join text is refused. */
async function issuing(t: TestContext, ids: (string | null)[]): Promise<FakeCollector> {
  const collector = await fakeCollector(t);
  collector.intercept = (path) => {
    if (!path.endsWith("/probe/join")) return null;
    const id = ids.shift() ?? null;
    if (id === null) return { status: 403, body: { type: "x", title: "Refused", status: 403, code: "used" } };
    return { status: 200, body: { vantage: id, name: id, key: keyOf(id) } };
  };
  return collector;
}

function textFor(collector: Pick<FakeCollector, "url">): string {
  const content = {
    url: collector.url,
    secret: "single-use-secret-0123456789",
    certificateSha256: null,
    programSha256: "00".repeat(32),
  };
  return `cwj1_${Buffer.from(JSON.stringify(content)).toString("base64url")}`;
}

const fileOf = (dir: string) => join(dir, "probe", "config.yaml");
const settingsOf = (dir: string) =>
  probeSettings(dir, {}).vantages.map(({ folder, key, localAddress, resolvers }) => ({
    folder: folder.slice(dir.length),
    key: key(),
    localAddress,
    resolvers,
  }));

test("a second vantage joins: the first keeps its way out and its files, the second gets its own", async (t) => {
  const collector = await issuing(t, ["sh-ct-1", "sh-cnc-1", "sh-cmcc-1"]);
  const dir = scratchFolder(t);
  await joinWith(textFor(collector), dir, { folder: null, localAddress: "127.0.0.5" });
  const alone = readFileSync(fileOf(dir), "utf8");
  writeFileSync(
    fileOf(dir),
    `${alone}resolvers: [127.0.0.53] # of the first line\nlimits: {concurrent: 9}\n`,
  );
  assert.equal(settingsOf(dir).length, 1);
  for (const [folder, localAddress] of [
    ["cnc", "127.0.0.6"],
    ["cmcc", null],
  ] as const)
    await joinWith(textFor(collector), dir, { folder, localAddress });
  assert.deepEqual(settingsOf(dir), [
    {
      folder: "/probe",
      key: keyOf("sh-ct-1"),
      localAddress: "127.0.0.5",
      resolvers: ["127.0.0.53"],
    },
    { folder: "/probe/cnc", key: keyOf("sh-cnc-1"), localAddress: "127.0.0.6", resolvers: [] },
    { folder: "/probe/cmcc", key: keyOf("sh-cmcc-1"), localAddress: undefined, resolvers: [] },
  ]);
  assert.equal(probeSettings(dir, {}).limits.concurrent, 9);
  assert.equal(statSync(join(dir, "probe", "cnc", "key")).mode & 0o777, 0o600);
  const joins = collector.requests.filter(({ path }) => path.endsWith("/probe/join"));
  assert.deepEqual(
    joins.map(({ from }) => from),
    ["127.0.0.5", "127.0.0.6", "127.0.0.1"],
  );
});

test("a join text that is refused changes nothing: the probe starts as before", async (t) => {
  const collector = await issuing(t, ["sh-ct-1", null]);
  const dir = scratchFolder(t);
  await joinWith(textFor(collector), dir);
  const before = readFileSync(fileOf(dir), "utf8");
  await assert.rejects(joinWith(textFor(collector), dir, { folder: "cnc", localAddress: null }), /refuses/);
  assert.equal(readFileSync(fileOf(dir), "utf8"), before);
  assert.equal(existsSync(`${fileOf(dir)}.new`), false);
  assert.equal(settingsOf(dir).length, 1);
});

test("joining again replaces a vantage's key and sets another's samples aside, the others' not", async (t) => {
  const collector = await issuing(t, ["sh-ct-1", "sh-cnc-1", "bj-cnc-1"]);
  const dir = scratchFolder(t);
  await joinWith(textFor(collector), dir, { folder: "ct", localAddress: null });
  await joinWith(textFor(collector), dir, { folder: "cnc", localAddress: null });
  for (const name of ["ct", "cnc"]) mkdirSync(join(dir, "probe", name, "spool"));
  await joinWith(textFor(collector), dir, { folder: "cnc", localAddress: "127.0.0.6" });
  assert.deepEqual(
    settingsOf(dir).map(({ folder, key, localAddress }) => [folder, key, localAddress]),
    [
      ["/probe/ct", keyOf("sh-ct-1"), undefined],
      ["/probe/cnc", keyOf("bj-cnc-1"), "127.0.0.6"],
    ],
  );
  assert.equal(existsSync(join(dir, "probe", "ct", "spool")), true);
  assert.equal(existsSync(join(dir, "probe", "cnc", "spool")), false);
});

test("a folder of several vantages asks which one joins, and delivers to one collector only", async (t) => {
  const collector = await issuing(t, ["sh-ct-1"]);
  const other = await issuing(t, ["sh-cnc-1"]);
  const dir = scratchFolder(t);
  await joinWith(textFor(collector), dir, { folder: "ct", localAddress: null });
  await assert.rejects(joinWith(textFor(collector), dir), (error: Error & { hint?: string }) => {
    assert.match(error.message, /which of them joins/);
    assert.match(error.hint ?? "", /--vantage-folder/);
    return true;
  });
  const place = { folder: "cnc", localAddress: null };
  await assert.rejects(joinWith(textFor(other), dir, place), /deliver to .*, and the join text is for/);
  assert.equal(other.requests.length, 0, "nothing was sent");
});

test("the file keeps its comments; a key file of one's own goes with the first vantage", () => {
  const before = [
    "# mine",
    "collector:",
    "  url: https://a.test",
    "  keyFile: first.key",
    "localAddress: 192.0.2.10 # line 1",
    "allow: [10.0.0.0/8] # the office",
  ].join("\n");
  const token = { url: "https://a.test", certificateSha256: null };
  const place = { folder: "cnc", localAddress: "198.51.100.10" };
  const after = joinedFile(before, token, place, (keyFile) => keyFile === "first.key");
  assert.match(after.text, /# mine[\s\S]*# the office/);
  const { vantages, localAddress } = parse(after.text);
  assert.equal(localAddress, undefined);
  assert.deepEqual(vantages, [
    { folder: ".", keyFile: "first.key", localAddress: "192.0.2.10" },
    { folder: "cnc", localAddress: "198.51.100.10" },
  ]);
  assert.deepEqual([after.keyFile, after.localAddress], ["key", "198.51.100.10"]);
});

test("`probe join --vantage-folder` says what to do next, and refuses a name that is none", async (t) => {
  const collector = await issuing(t, ["sh-ct-1"]);
  const dir = scratchFolder(t);
  const join = (...flags: string[]) =>
    started(t, [BIN, "probe", "join", "--data", dir, ...flags], { stdin: textFor(collector) });
  for (const [flags, want] of [
    [["--vantage-folder", "../x"], /--vantage-folder: a name of/],
    [["--vantage-folder", "spool"], /holds samples/],
    [["--local-address", "eth0"], /--local-address: an IP address/],
  ] as const) {
    const refused = join(...flags);
    assert.equal(await refused.ended, 64, refused.output());
    assert.match(refused.output(), want);
  }
  const joined = join("--vantage-folder", "ct", "--local-address", "127.0.0.5");
  assert.equal(await joined.ended, 0, joined.output());
  assert.match(joined.output(), /measures for it once it is started again/);
  assert.equal(settingsOf(dir)[0]?.localAddress, "127.0.0.5");
});
