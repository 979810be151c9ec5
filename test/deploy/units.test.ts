/** The systemd files: well-formed, hardened as docs/operations.md says, and only with commands that exist. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratch } from "../support/product.ts";
import { ROOT } from "../support/source-tree.ts";

const FOLDER = join(ROOT, "deploy", "systemd");
const units = readdirSync(FOLDER).filter((name) => name.endsWith(".service"));

type Unit = Map<string, Map<string, string[]>>;

/** Sections to keys to values; anything that is neither is an error, as it is for systemd. */
function parse(name: string): Unit {
  const unit: Unit = new Map();
  let section = new Map<string, string[]>();
  for (const [i, line] of readFileSync(join(FOLDER, name), "utf8").split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const heading = /^\[(Unit|Service|Install)\]$/.exec(line);
    const setting = /^([A-Z][A-Za-z]*)=(.*)$/.exec(line);
    if (heading?.[1]) {
      section = new Map();
      unit.set(heading[1], section);
    } else if (setting?.[1]) {
      section.set(setting[1], [...(section.get(setting[1]) ?? []), setting[2] ?? ""]);
    } else assert.fail(`${name}:${i + 1}: ${line}`);
  }
  return unit;
}

const HARDENING: Readonly<Record<string, string>> = {
  Type: "exec",
  User: "carrierwatch",
  ProtectSystem: "strict",
  ProtectHome: "true",
  PrivateTmp: "true",
  PrivateDevices: "true",
  NoNewPrivileges: "true",
  CapabilityBoundingSet: "",
  ProtectKernelTunables: "true",
  ProtectKernelModules: "true",
  ProtectKernelLogs: "true",
  ProtectControlGroups: "true",
  ProtectClock: "true",
  ProtectHostname: "true",
  RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  RestrictNamespaces: "true",
  RestrictRealtime: "true",
  RestrictSUIDSGID: "true",
  LockPersonality: "true",
  SystemCallArchitectures: "native",
  SystemCallFilter: "@system-service",
  SystemCallErrorNumber: "EPERM",
  UMask: "0077",
  Restart: "always",
  RestartSec: "2",
  StateDirectoryMode: "0700",
};

test("there is a unit for each role", () => {
  assert.deepEqual(units.sort(), ["carrierwatch-collector.service", "carrierwatch-probe.service"]);
});

for (const name of units) {
  test(`${name} is hardened, bounded and restarted`, () => {
    const service = parse(name).get("Service");
    assert.ok(service);
    for (const [key, want] of Object.entries(HARDENING)) {
      assert.deepEqual(service.get(key), [want], `${name} ${key}`);
    }
    assert.match(service.get("MemoryMax")?.[0] ?? "", /^\d+M$/);
    assert.match(service.get("TasksMax")?.[0] ?? "", /^\d+$/);
    assert.match(service.get("RestartPreventExitStatus")?.[0] ?? "", /\b78\b/);
    // V8 writes the code it runs: with this directive the process would die at start.
    assert.equal(service.has("MemoryDenyWriteExecute"), false);
    assert.deepEqual(parse(name).get("Install")?.get("WantedBy"), ["multi-user.target"]);
  });

  test(`${name} starts a verb that exists, in the folder systemd makes for it`, () => {
    const service = parse(name).get("Service");
    const [command, verb] = (service?.get("ExecStart")?.[0] ?? "").split(" ");
    assert.equal(command, "carrierwatch");
    assert.match(readFileSync(join(ROOT, "main.ts"), "utf8"), new RegExp(`^  ${verb}: \\{`, "m"));
    const folder = `/var/lib/${service?.get("StateDirectory")?.[0]}`;
    assert.deepEqual(service?.get("WorkingDirectory"), [folder]);
    assert.match(service?.get("Environment")?.[0] ?? "", new RegExp(`CARRIERWATCH_DATA=${folder} `));
  });
}

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test("systemd reads the units and the drop-in without a complaint, and finds them well confined", {
  skip: hasSystemd ? false : "systemd-analyze is not installed",
}, (t) => {
  const { dir, remove } = scratch("units");
  t.after(remove);
  const dropIns = join(dir, "carrierwatch-probe.service.d");
  mkdirSync(dropIns);
  copyFileSync(join(FOLDER, "path-evidence.conf"), join(dropIns, "path-evidence.conf"));
  for (const name of units) {
    // Where the command is to be found is the installation's; that it is there is asked of the system.
    const text = readFileSync(join(FOLDER, name), "utf8").replace(
      "ExecStart=carrierwatch",
      "ExecStart=/bin/true",
    );
    writeFileSync(join(dir, name), text);
  }
  const analyze = (...args: string[]) =>
    spawnSync("systemd-analyze", [...args, ...units.map((name) => join(dir, name))], {
      encoding: "utf8",
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` },
    });
  const verified = analyze("verify");
  const own = verified.stderr.split("\n").filter((line) => line.includes("carrierwatch"));
  assert.deepEqual([verified.status, own], [0, []]);
  // Tenths: 0 is confined, 100 is anything goes.
  const confined = analyze("security", "--offline=true", "--threshold=25", "--no-pager");
  assert.equal(confined.status, 0, confined.stdout);
});

test("the account and the settings folder are declared in systemd's own formats", () => {
  const lines = (name: string) =>
    readFileSync(join(FOLDER, name), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  assert.match(
    lines("carrierwatch.sysusers").join(),
    /^u carrierwatch - ".*" \/var\/lib\/carrierwatch \/usr\/sbin\/nologin$/,
  );
  assert.match(lines("carrierwatch.tmpfiles").join(), /^d \/etc\/carrierwatch 0750 root carrierwatch -$/);
});
