/** libcurl multi: the program in multi.c, compiled here, speaking in lines. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TIMEOUT_MS } from "./scene.ts";
import { fromCurl, type Peer, type Reported, type Shot } from "./subject.ts";

/** @param dir Where the program is put. */
export async function multi(dir: string, caFile: string): Promise<Peer> {
  const program = join(dir, "multi");
  const source = new URL("./multi.c", import.meta.url).pathname;
  try {
    await promisify(execFile)("gcc", ["-O2", "-o", program, source, "-lcurl"]);
  } catch {
    return { missing: "libcurl multi: apt-get install gcc libc6-dev libcurl4-openssl-dev" };
  }
  const child = spawn(program, [caFile, String(TIMEOUT_MS)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  let cpuMs: number | null = null;
  const subject = {
    name: "libcurl multi",
    pid: child.pid ?? null,
    async run(shots: readonly Shot[]) {
      const all: Reported[] = [];
      const over = Promise.withResolvers<void>();
      const take = (line: string) => {
        const [id = "", ...numbers] = line.split(" ");
        if (id === "end") {
          cpuMs = Number(numbers[0]) / 1000;
          over.resolve();
        } else all.push(reportedOf(id, numbers.map(Number)));
      };
      lines.on("line", take);
      const block = shots.map(({ id, url, startMs }) => `${startMs} ${id} ${url}\n`).join("");
      if (!child.stdin.write(`${block}\n`)) await once(child.stdin, "drain");
      await over.promise;
      lines.off("line", take);
      return all;
    },
    cpuMs: () => cpuMs,
    close: () => child.kill(),
  };
  return { subject };
}

function reportedOf(id: string, numbers: readonly number[]): Reported {
  const at = (index: number) => (numbers[index] ?? 0) / 1000;
  const times = fromCurl({
    dns: at(1),
    connect: at(2),
    app: at(3),
    pre: at(4),
    first: at(5),
    total: at(6),
  });
  return { id, ok: numbers[0] === 1, times, startMs: at(7) - at(6) };
}
