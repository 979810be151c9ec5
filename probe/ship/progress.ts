/**
 * Tells the collector what only somebody who waits wants to know: never spooled, never awaited.
 *
 * How far first measurements are, and what came of those that were asked for. One post at a time; of news that comes
 * meanwhile only the last of each measurement is sent.
 */
import type { OnceNews } from "../../collector/wire/on-demand.ts";
import type { Progress } from "../../collector/wire/probe-protocol.ts";
import type { Client } from "./client.ts";

const TIMEOUT_MS = 5_000;

/** @returns A function that posts how far a measurement is; failures are ignored, the sample itself will follow. */
export function progressOf(client: Client): (progress: Progress) => void {
  return newest(client, "/api/v1/probe/progress", ({ target }) => target, 1);
}

/** @returns A function that posts news of a measurement that was asked for; tried twice, for nothing else follows. */
export function onceNewsOf(client: Client): (news: OnceNews) => void {
  return newest(client, "/api/v1/probe/once", ({ id }) => id, 2);
}

function newest<T>(client: Client, path: string, keyOf: (news: T) => string, tries: number) {
  const waiting = new Map<string, T>();
  let busy = false;
  const send = async (news: T): Promise<boolean> => {
    const answer = await client
      .exchange({
        method: "POST",
        path,
        headers: { "content-type": "application/json" },
        body: Buffer.from(JSON.stringify(news)),
        timeoutMs: TIMEOUT_MS,
      })
      .catch(() => null);
    return answer !== null;
  };
  const post = async (): Promise<void> => {
    busy = true;
    for (const [key, news] of waiting) {
      waiting.delete(key);
      for (let left = tries; left > 0 && !(await send(news)); left -= 1);
    }
    busy = false;
  };
  return (news: T): void => {
    waiting.set(keyOf(news), news);
    if (!busy) void post();
  };
}
