/**
 * The probe that runs beside the collector: a process of its own, so that measuring shares nothing with the database
 * or the pages. Started with the vantage's key in its folder, restarted with growing pauses when it dies, ended with us.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./wire/clock.ts";
import type { Log } from "./wire/log.ts";

export type LocalProbe = { start(): void; stop(): Promise<void> };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A probe that ran this long was healthy: the next pause is short again. */
const HEALTHY_MS = 60_000;
const STOP_GRACE_MS = 12_000;

const BIN = new URL(
  import.meta.url.endsWith(".ts") ? "../deploy/bin.js" : "../../deploy/bin.js",
  import.meta.url,
);

/** Writes the vantage's key where its probe reads it: `dir`/probe/key, 0600, whole or not at all. */
export async function writeProbeKey(dir: string, key: string): Promise<void> {
  const folder = join(dir, "probe");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, "key.new");
  await writeFile(draft, `${key}\n`, { mode: 0o600, flush: true });
  await rename(draft, join(folder, "key"));
}

/**
 * @param dir Data folder; the probe keeps its own files in `dir`/probe.
 * @param args Further flags of the verb `probe`: --url, --allow and so on. Never a secret.
 */
export function localProbe({
  dir,
  args,
  log,
  clock,
}: {
  dir: string;
  args: readonly string[];
  log: Log;
  clock: Clock;
}): LocalProbe {
  let child: ChildProcess | null = null;
  let cancel = () => {};
  let stopping = false;
  let pauseMs = FIRST_PAUSE_MS;
  const run = () => {
    const startedMs = clock.monoMs();
    child = fork(BIN, ["probe", "--data", dir, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.once("error", (error) =>
      log.error({ code: "local_probe", error }, "the local probe could not be started"),
    );
    child.once("close", (code, signal) => {
      child = null;
      if (stopping) return;
      if (clock.monoMs() - startedMs >= HEALTHY_MS) pauseMs = FIRST_PAUSE_MS;
      log.error(
        { code: "local_probe", exit: code ?? signal, againInS: pauseMs / 1000 },
        "the local probe ended; starting it again",
      );
      cancel = clock.after(pauseMs, run);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };
  return {
    start: run,
    async stop() {
      stopping = true;
      cancel();
      const running = child;
      if (!running) return;
      const closed = new Promise<void>((resolve) => running.once("close", () => resolve()));
      running.kill("SIGTERM");
      const giveUp = clock.after(STOP_GRACE_MS, () => running.kill("SIGKILL"));
      await closed;
      giveUp();
    },
  };
}
