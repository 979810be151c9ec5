/** blackbox_exporter, asked over HTTP as Prometheus asks it; its own metrics are what it reports. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { TIMEOUT_MS } from "./scene.ts";
import { ms, type Peer, type Reported, type Shot } from "./subject.ts";

const PORT = 9115;
const PROGRAMS = ["prometheus-blackbox-exporter", "blackbox_exporter"];

/** @param dir Where its configuration is put. */
export async function blackbox(dir: string, caFile: string): Promise<Peer> {
  const program = await firstThatRuns();
  if (program === null) {
    return {
      missing: "blackbox_exporter: apt-get install --no-install-recommends prometheus-blackbox-exporter",
    };
  }
  const file = join(dir, "blackbox.yml");
  writeFileSync(
    file,
    `modules:
  http:
    prober: http
    timeout: ${TIMEOUT_MS}ms
    http:
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
      enable_http2: false
      tls_config: { ca_file: ${caFile} }
`,
  );
  const child = spawn(program, [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${PORT}`], {
    stdio: "ignore",
  });
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  await answers(agent, child);
  let cpuMs: number | null = null;
  const subject = {
    name: "blackbox",
    pid: child.pid ?? null,
    async run(shots: readonly Shot[]) {
      const before = threadCpuMs(child.pid ?? 0);
      const all = await Promise.all(shots.map((shot) => later(agent, shot)));
      cpuMs = threadCpuMs(child.pid ?? 0) - before;
      return all;
    },
    cpuMs: () => cpuMs,
    close: () => {
      agent.destroy();
      child.kill();
    },
  };
  return { subject };
}

async function firstThatRuns(): Promise<string | null> {
  for (const program of PROGRAMS) {
    try {
      await promisify(execFile)(program, ["--version"]);
      return program;
    } catch {
      // The next name.
    }
  }
  return null;
}

async function answers(agent: Agent, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("blackbox_exporter ended at its start");
    try {
      await page(agent, "/-/healthy");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function later(agent: Agent, { id, url, startMs }: Shot): Promise<Reported> {
  await new Promise((resolve) => setTimeout(resolve, startMs));
  const said = await page(agent, `/probe?module=http&target=${encodeURIComponent(url)}`).catch(() => "");
  const value = (name: string): number | undefined => {
    const line = said.split("\n").find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
  const phase = (name: string) => ms(value(`probe_http_duration_seconds{phase="${name}"}`));
  const times = {
    dns: ms(value("probe_dns_lookup_time_seconds")),
    connect: phase("connect"),
    tls: phase("tls"),
    tlsNet: null,
    wait: phase("processing"),
    transfer: phase("transfer"),
    total: ms(value("probe_duration_seconds")),
  };
  return { id, ok: value("probe_success") === 1, times };
}

function page(agent: Agent, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ agent, host: "127.0.0.1", port: PORT, path }, (response) =>
      text(response).then(resolve, reject),
    );
    request.on("error", reject);
  });
}

/** Exact to the nanosecond where /proc/PID/stat counts hundredths of a second: Go keeps its threads. */
function threadCpuMs(pid: number): number {
  let ns = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return ns / 1e6;
}
