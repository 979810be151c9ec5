/**
 * Tells the collector how far first measurements are, for the page that waits: never repeated, never awaited.
 *
 * One post at a time; of steps that come meanwhile only the last of each target is sent.
 */
import type { Progress } from "../../collector/wire/probe-protocol.ts";
import type { Client } from "./client.ts";

const TIMEOUT_MS = 5_000;

/** @returns A function that posts how far a measurement is; failures are ignored, the sample itself will follow. */
export function progressOf(client: Client): (progress: Progress) => void {
  const waiting = new Map<string, Progress>();
  let busy = false;
  const post = async (): Promise<void> => {
    busy = true;
    for (const [target, progress] of waiting) {
      waiting.delete(target);
      await client
        .exchange({
          method: "POST",
          path: "/api/v1/probe/progress",
          headers: { "content-type": "application/json" },
          body: Buffer.from(JSON.stringify(progress)),
          timeoutMs: TIMEOUT_MS,
        })
        .catch(() => {});
    }
    busy = false;
  };
  return (progress) => {
    waiting.set(progress.target, progress);
    if (!busy) void post();
  };
}
