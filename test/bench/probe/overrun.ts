/**
 * Case 6: how long after its deadline a measurement ends, when the other end does nothing at the worst moment.
 *
 * Against a connect that hangs (a full queue of a listener that is stopped), a silent TLS server, a silent web server,
 * and a body that drips. The deadlines are those of the target; the time is that of the caller.
 */
import { fork } from "node:child_process";
import { connect, type Socket } from "node:net";
import { answerOf } from "./child.ts";
import { quantile, shown, table, verdict } from "./figures.ts";
import { ours } from "./ours.ts";
import { PORTS } from "./scene.ts";
import type { Stage } from "./stage.ts";

const TIMEOUT_MS = 700;
/** So many at a time, as they would be in an outage. */
const GAP_MS = 15;

export async function overrun(stage: Stage): Promise<string[]> {
  const server = fork(new URL("./stuck.ts", import.meta.url));
  const ports = (await answerOf(server)) as { full: number; silent: number; drips: number };
  const fillers = await fill(ports.full);
  const engine = await ours({
    ca: stage.scene.ca,
    dns: `127.0.0.1:${PORTS.dns}`,
    timeoutMs: TIMEOUT_MS,
  });
  try {
    const rows: string[][] = [];
    const all: number[] = [];
    for (const [name, scheme, port] of [
      ["hanging connect", "http", ports.full],
      ["silent TLS", "https", ports.silent],
      ["silent web server", "http", ports.silent],
      ["dripping body", "http", ports.drips],
    ] as const) {
      const shots = Array.from({ length: stage.plan.overruns }, (_shot, at) => {
        const id = stage.nextId();
        return { id, url: `${scheme}://${id}.timed.test:${port}/`, startMs: at * GAP_MS };
      });
      const reported = await engine.run(shots);
      const ended = reported.filter(({ ok }) => !ok).map(({ tookMs = Number.NaN }) => tookMs - TIMEOUT_MS);
      if (ended.length < shots.length) throw new Error(`${name} did not run into its timeout`);
      all.push(...ended);
      rows.push([name, ...[0.5, 0.99, 1].map((share) => shown(quantile(ended, share)))]);
      stage.progress(`overrun ${name}`);
    }
    return [
      `6 end after a deadline of ${TIMEOUT_MS} ms, ms, ${stage.plan.overruns} of each`,
      ...table([["", "median", "p99", "worst"], ...rows]),
      verdict("p99 of all", quantile(all, 0.99), 50),
    ];
  } finally {
    engine.close();
    for (const socket of fillers) socket.destroy();
    server.kill("SIGKILL");
  }
}

/** Connections until the queue takes no more: the next SYN is dropped. */
async function fill(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (;;) {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    sockets.push(socket);
    const taken = await Promise.race([
      new Promise<boolean>((resolve) => socket.once("connect", () => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500)),
    ]);
    if (!taken) return sockets;
    if (sockets.length > 50) throw new Error("the listener's queue never filled");
  }
}
