/** A machine with Node and a shell becomes a vantage by one pasted command, over http and over self-signed https. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { bundleProbeProgram } from "../../../collector/api/probe-program.ts";
import { joinCommand } from "../../../collector/wire/join-command.ts";
import { probeSettings } from "../../../probe/config.ts";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";
import { type FakeCollector, fakeCollector, until } from "../../support/fake-collector.ts";
import { BIN, site, started } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";
import { testCa } from "../../support/test-ca.ts";

let program: Buffer;
before(async () => {
  program = await bundleProbeProgram();
});

const KEY = "cwp_sh-ct-1_0123456789abcdefghijklmn";
const SECRET = "single-use-secret-0123456789";
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** A collector that issues one join text; a second use of it is refused. */
async function issuing(t: TestContext, secure: boolean) {
  const tls = secure ? testCa().leaf({ selfSigned: true }) : undefined;
  const collector = await fakeCollector(t, { basePath: "/watch", ...(tls ? { tls } : {}) });
  collector.setConfig(probeConfigOf([assignmentOf({ url: await site(t) })]));
  let uses = 0;
  collector.intercept = (path) => {
    if (path === "/join/probe.mjs") return { status: 200, body: program.toString("utf8") };
    if (path !== "/api/v1/probe/join") return null;
    uses += 1;
    if (uses > 1)
      return {
        status: 403,
        body: {
          type: "x",
          title: "Refused",
          status: 403,
          code: "join_used",
          detail: "this join text was used",
        },
      };
    return { status: 200, body: { vantage: "sh-ct-1", name: "上海电信", key: KEY } };
  };
  const fingerprint = tls
    ? new X509Certificate(tls.cert).fingerprint256.replaceAll(":", "").toLowerCase()
    : null;
  const token = textOf(collector, { certificateSha256: fingerprint });
  return { collector, token, fingerprint };
}

function textOf(collector: FakeCollector, over: Record<string, unknown>): string {
  const content = {
    url: collector.url,
    secret: SECRET,
    certificateSha256: null,
    programSha256: sha256(program),
    ...over,
  };
  return `cwj1_${Buffer.from(JSON.stringify(content)).toString("base64url")}`;
}

/** Pastes a command into a shell whose PATH has node and nothing else. */
function pasted(t: TestContext, command: string, home: string) {
  const bin = scratchFolder(t);
  symlinkSync(process.execPath, join(bin, "node"));
  const child = spawn("/bin/sh", {
    env: { PATH: bin, HOME: home },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  child.stdin.end(command);
  const ended = once(child, "close");
  t.after(async () => {
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // It has ended already.
    }
    await ended;
  });
  return { output: () => output, ended };
}

for (const secure of [false, true]) {
  test(`the pasted command joins and measures over ${secure ? "self-signed https" : "http"}`, async (t) => {
    const { collector, token, fingerprint } = await issuing(t, secure);
    const home = scratchFolder(t);
    const shell = pasted(t, joinCommand(token), home);
    await until(
      () => collector.stored.size === 1 || shell.output().includes("carrierwatch:"),
      "a first sample",
    );
    assert.equal(collector.stored.size, 1, shell.output());
    const folder = join(home, ".carrierwatch", "probe");
    assert.equal(readFileSync(join(folder, "key"), "utf8").trim(), KEY);
    assert.equal(statSync(join(folder, "key")).mode & 0o777, 0o600);
    const [settings] = probeSettings(join(home, ".carrierwatch"), {}).vantages;
    assert.equal(settings?.url, collector.url);
    assert.equal(settings?.certificateSha256, fingerprint);
    const delivered = collector.requests.find(({ path }) => path.endsWith("/samples"));
    assert.equal(delivered?.headers.authorization, `Bearer ${KEY}`);
    assert.match(shell.output(), /vantage "上海电信".*To start it again: node .*probe\.mjs run/s);
  });
}

test("a program with another checksum or a collector with another certificate is not run", async (t) => {
  const { collector } = await issuing(t, true);
  const cert = "ab".repeat(32);
  for (const [over, want] of [
    [{ certificateSha256: cert }, /another certificate/],
    [{ certificateSha256: null }, /self-signed|certificate/],
  ] as const) {
    const home = scratchFolder(t);
    const shell = pasted(t, joinCommand(textOf(collector, over)), home);
    await shell.ended;
    assert.match(shell.output(), want);
    assert.equal(existsSync(join(home, ".carrierwatch")), false);
  }
  const plain = await issuing(t, false);
  const home = scratchFolder(t);
  const shell = pasted(t, joinCommand(textOf(plain.collector, { programSha256: "00".repeat(32) })), home);
  await shell.ended;
  assert.match(shell.output(), /another checksum/);
  assert.equal(existsSync(join(home, ".carrierwatch")), false);
});

test("the command holds the join text in its here-document only, and names a folder when asked", () => {
  const command = joinCommand("cwj1_abc", "/srv/probe");
  assert.equal(command.split("cwj1_abc").length, 2);
  assert.match(command, /' \/srv\/probe <<'EOF'\ncwj1_abc\nEOF\n$/);
  assert.equal(command.split("'").length - 1, 4, "no quote inside the script");
});

test("`probe join` reads stdin or a file, keeps what the file says besides, and says how to start", async (t) => {
  const { collector, token } = await issuing(t, false);
  const dir = scratchFolder(t);
  const file = join(dir, "token");
  writeFileSync(file, `${token}\n`);
  const joined = started(t, [BIN, "probe", "join", file, "--data", dir]);
  assert.equal(await joined.ended, 0, joined.output());
  assert.match(joined.output(), /Start it with: carrierwatch probe --data/);
  const config = join(dir, "probe", "config.yaml");
  writeFileSync(
    config,
    `# mine\n${readFileSync(config, "utf8").replace("allow: []", "allow: [10.0.0.0/8] # the office")}`,
  );
  const again = started(t, [BIN, "probe", "join", "--data", dir], { stdin: token });
  assert.equal(await again.ended, 1);
  assert.match(again.output(), /this join text was used/);
  assert.match(readFileSync(config, "utf8"), /# mine[\s\S]*# the office/);
  assert.equal(probeSettings(dir, {}).vantages[0]?.url, collector.url);
});

test("a join text that is none, a folder that cannot be written, a collector that is away: one sentence each", async (t) => {
  const { token } = await issuing(t, false);
  const gone = await fakeCollector(t);
  const away = textOf(gone, {});
  await gone.close();
  const file = join(scratchFolder(t), "file");
  writeFileSync(file, "");
  const cases: [string[], string, number, RegExp][] = [
    [["--data", scratchFolder(t)], "hello", 78, /no join text/],
    [["--data", join(file, "x")], token, 78, /cannot be written.*no folder.*nothing was sent/],
    [["--data", "/proc/there/is/none"], token, 78, /cannot be written.*no such .*folder.*nothing was sent/],
    [["--data", scratchFolder(t)], away, 75, /cannot be reached/],
    [["cwj1_abc", "--data", scratchFolder(t)], "", 64, /not belong on the command line/],
    [["/no/such/file"], "", 78, /cannot be read from \/no\/such\/file/],
  ];
  for (const [args, stdin, code, want] of cases) {
    const child = started(t, [BIN, "probe", "join", ...args], { stdin });
    assert.equal(await child.ended, code, child.output());
    assert.match(child.output(), want);
  }
});

test("--join-file joins once and then runs; joining as another vantage sets the old samples aside", async (t) => {
  const { collector, token } = await issuing(t, false);
  const dir = scratchFolder(t);
  const file = join(dir, "token");
  writeFileSync(file, token);
  const flags = ["--data", dir, "--join-file", file, "--allow", "127.0.0.1/32"];
  const first = started(t, [BIN, "probe", ...flags]);
  await until(() => collector.stored.size === 1, first.output());
  first.child.kill("SIGTERM");
  assert.equal(await first.ended, 0);
  const second = started(t, [BIN, "probe", ...flags]);
  await until(() => second.output().includes("the probe measures"));
  second.child.kill("SIGKILL");
  await second.ended;
  collector.intercept = () => ({
    status: 200,
    body: { vantage: "bj-cnc-1", name: "北京", key: KEY.replace("sh-ct-1", "bj-cnc-1") },
  });
  assert.equal(await started(t, [BIN, "probe", "join", file, "--data", dir]).ended, 0);
  assert.equal(existsSync(join(dir, "probe", "spool")), false);
});
