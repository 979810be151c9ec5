/**
 * The bench of the probe inside its own network: opens the scene, runs the cases, prints what they found.
 *
 * `node main.ts [--quick] [--runs=N] [case ...]`; started by bench.ts, which makes the network namespace.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { blackbox } from "./blackbox.ts";
import { busy } from "./busy.ts";
import { cost } from "./cost.ts";
import { curl } from "./curl.ts";
import { deadZones } from "./dead-zones.ts";
import { idle } from "./idle.ts";
import { minute } from "./minute.ts";
import { multi } from "./multi.ts";
import { ours } from "./ours.ts";
import { overrun } from "./overrun.ts";
import { openScene, PORTS } from "./scene.ts";
import { FULL, QUICK, type Stage } from "./stage.ts";
import type { Subject } from "./subject.ts";
import { shotId } from "./truth.ts";

const CASES: Record<string, (stage: Stage) => Promise<string[]>> = {
  idle,
  minute,
  "dead-zones": deadZones,
  busy,
  cost,
  overrun,
};

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith("--"));
const unknown = wanted.filter((name) => !(name in CASES));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no case ${unknown.join(", ")}; there are ${Object.keys(CASES).join(", ")}\n`,
  );
  process.exit(64);
}

const dir = mkdtempSync(join(tmpdir(), "carrierwatch-bench-"));
prepareNetwork(dir);
const scene = await openScene(dir);
const subjects: Subject[] = [];
try {
  subjects.push(await ours({ ca: scene.ca, dns: `127.0.0.1:${PORTS.dns}` }));
  for (const peer of [
    await curl(scene.caFile),
    await multi(dir, scene.caFile),
    await blackbox(dir, scene.caFile),
  ]) {
    if ("subject" in peer) subjects.push(peer.subject);
    else process.stdout.write(`  not on this machine: ${peer.missing}\n`);
  }
  let shots = 0;
  const plan = args.includes("--quick") ? QUICK : FULL;
  const runs = Number(args.find((arg) => arg.startsWith("--runs="))?.slice(7) ?? plan.runs);
  const stage: Stage = {
    plan: { ...plan, runs },
    scene,
    subjects,
    dir,
    nextId: () => shotId(shots++),
    progress: (text) => process.stderr.write(`  ... ${text}\n`),
  };
  for (const [name, run] of Object.entries(CASES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const line of await run(stage)) process.stdout.write(`  ${line}\n`);
    process.stdout.write(
      `  (load average ${loadavg()[0]?.toFixed(1)} after it, what is measured included)\n\n`,
    );
  }
} finally {
  for (const subject of subjects) subject.close();
  scene.close();
  rmSync(dir, { recursive: true, force: true });
}

/** Loopback, and resolver files that lead to the scene: in this mount namespace alone. */
function prepareNetwork(folder: string): void {
  const run = (command: string, ...rest: string[]) => execFileSync(command, rest, { stdio: "pipe" });
  run("ip", "link", "set", "lo", "up");
  for (const [path, text] of [
    ["/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n"],
    ["/etc/nsswitch.conf", "hosts: files dns\n"],
  ] as const) {
    const file = join(folder, path.replaceAll("/", "_"));
    writeFileSync(file, text);
    run("mount", "--bind", file, path);
  }
  writeFileSync("/proc/sys/net/ipv4/ip_local_port_range", "10000 65000");
  writeFileSync("/proc/sys/net/core/somaxconn", "4096");
}
