/**
 * What no acknowledgement waits for: sets that an end left half changed are gone on with, space that is nobody's any more
 * is given back. At the start, and once an hour of the clock that comes with the samples: nothing ages without them.
 */
import type { Log } from "../../wire/log.ts";
import type { Client } from "./client.ts";
import type { WriterOperations } from "./writer.ts";

const AGED_EVERY_MS = 3_600_000;

type Writer = Client<WriterOperations>;

export type Tidying = {
  /** Samples arrived at this moment: once an hour what has aged out is given back. */
  at(nowMs: number): void;
  /** Begins nothing more. */
  end(): Promise<void>;
};

export function tidyingOf(writer: Writer, log: Log): Tidying {
  let closing = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const tidy = async (): Promise<void> => {
    if (closing) return;
    try {
      await writer.call("age");
      await bringAndEmpty(writer, () => closing);
    } catch (err) {
      log.warn({ err }, "a changed set of archives is made, and space given back, within the hour");
    }
  };
  let running = tidy();
  return {
    at(nowMs) {
      if (nowMs - lookedAtMs < AGED_EVERY_MS) return;
      lookedAtMs = nowMs;
      running = running.then(tidy);
    },
    async end() {
      closing = true;
      await running;
    },
  };
}

/** Brings every generation to its target's set, also those that an earlier end left behind; then gives back space. */
export async function bringAndEmpty(writer: Writer, ends = () => false): Promise<void> {
  while (!ends() && (await writer.call("reshape")));
  await emptyVacancies(writer, ends);
}

/** Gives back the space of purged series, also of those that an earlier end left behind. */
export async function emptyVacancies(writer: Writer, ends = () => false): Promise<void> {
  while (!ends() && (await writer.call("empty")));
}
