/** A process that looks names up as Node does by default; forked by dead-zones.ts. Answers ms by id. */
import { lookup } from "node:dns";

type Ask = { id: string; host: string; startMs: number };

/** The dead hold it for a minute and more; whoever is still waiting then has waited this long at least. */
const MOST_MS = 45_000;

process.on("message", (asks: Ask[]) => {
  const took: Record<string, number> = {};
  let left = asks.length;
  const say = () => process.send?.(took);
  const giveUp = setTimeout(() => {
    for (const { id } of asks) took[id] ??= MOST_MS;
    say();
  }, MOST_MS);
  for (const { id, host, startMs } of asks) {
    setTimeout(() => {
      const fromMs = performance.now();
      lookup(host, { family: 4 }, () => {
        took[id] ??= performance.now() - fromMs;
        left -= 1;
        if (left > 0) return;
        clearTimeout(giveUp);
        say();
      });
    }, startMs);
  }
});
process.send?.("ready");
