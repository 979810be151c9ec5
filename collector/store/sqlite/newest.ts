/**
 * `newest` on the caller's thread: series by name to numbers, numbers to the newest ticks in shared memory.
 *
 * No message, no query and no log record, unless series came or went since the last time: then the names are read
 * again. A number that is let go of may get another owner while it is looked at: then all is looked at once more.
 */
import { UnavailableError } from "../../wire/errors.ts";
import { emptyNewest, type Newest } from "../newest.ts";
import type { Samples, SeriesKey } from "../store.ts";
import { type Directory, directoryOf, type Names } from "./directory.ts";
import { type NewestStates, newestStates } from "./newest-states.ts";
import type { StatesMemory } from "./shared-states.ts";

/**
 * @param names Asks the reader.
 * @param ended Why nothing is written any more; null = it may be.
 */
export function newestPart(
  memory: StatesMemory,
  names: () => Promise<Names>,
  ended: () => string | null,
): Samples["newest"] {
  const states = newestStates(memory);
  let known: { readonly version: number; readonly directory: Promise<Directory> } | null = null;
  const directoryAt = (version: number): Promise<Directory> => {
    if (known?.version === version) return known.directory;
    const mine = { version, directory: names().then(directoryOf) };
    known = mine;
    mine.directory.catch(() => {
      if (known === mine) known = null;
    });
    return mine.directory;
  };
  return async (series) => {
    for (;;) {
      const why = ended();
      if (why !== null) throw new UnavailableError("store_stopped", `the store does not answer: ${why}`);
      const losses = states.losses();
      const directory = await directoryAt(states.changes());
      const found = read(states, directory, series);
      if (found && states.losses() === losses) return found;
      await new Promise(setImmediate);
    }
  };
}

/** Null = the writer is in the middle of one of them. */
function read(states: NewestStates, directory: Directory, series: readonly SeriesKey[]): Newest | null {
  const found = emptyNewest(series.length);
  for (let i = 0; i < series.length; i += 1) {
    const key = series[i];
    if (!key) continue;
    for (const id of directory(key)) if (!states.into(found, i, id)) return null;
  }
  return found;
}
