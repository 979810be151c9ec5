/** curl, a fresh process for each measurement; one after another. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TIMEOUT_MS } from "./scene.ts";
import { fromCurl, type Peer, type Reported, type Shot } from "./subject.ts";
import { NO_TIMES } from "./truth.ts";

const run = promisify(execFile);

export async function curl(caFile: string): Promise<Peer> {
  try {
    await run("curl", ["--version"]);
  } catch {
    return { missing: "curl: apt-get install curl" };
  }
  const subject = {
    name: "curl",
    pid: null,
    async run(shots: readonly Shot[]) {
      const all: Reported[] = [];
      for (const { id, url } of shots) all.push({ id, ...(await once(url, caFile)) });
      return all;
    },
    cpuMs: () => null,
    close: () => undefined,
  };
  return { subject };
}

async function once(url: string, caFile: string): Promise<Omit<Reported, "id">> {
  try {
    const { stdout } = await run("curl", [
      ...["--silent", "--ipv4", "--http1.1", "--output", "/dev/null", "--cacert", caFile],
      ...["--max-time", String(TIMEOUT_MS / 1000), "--write-out", "%{json}", url],
    ]);
    const said: Record<string, number> = JSON.parse(stdout);
    const at = (name: string) => (said[`time_${name}`] ?? 0) * 1000;
    const times = fromCurl({
      dns: at("namelookup"),
      connect: at("connect"),
      app: at("appconnect"),
      pre: at("pretransfer"),
      first: at("starttransfer"),
      total: at("total"),
    });
    return { ok: true, times };
  } catch {
    return { ok: false, times: NO_TIMES };
  }
}
