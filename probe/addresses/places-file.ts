/**
 * The places of addresses over a restart: addresses.json in the vantage's folder.
 *
 * Written some seconds after a place has changed hands, and at the end. A file that is damaged or cannot be written costs
 * no more than that places are given anew, and is said.
 */
import { join } from "node:path";
import * as z from "zod";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { codeOf, replaceFile, type SpoolFiles } from "../spool/files.ts";
import { type Places, placesOf } from "./places.ts";

const Kept = z.record(z.string(), z.record(z.string(), z.number()));

const NAME = "addresses.json";
const SAVE_AFTER_MS = 10_000;

export type KeptPlaces = Places & {
  /** Writes what has changed since. */
  close(): Promise<void>;
};

export async function openPlaces(deps: {
  readonly files: SpoolFiles;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<KeptPlaces> {
  const { files, clock, log } = deps;
  const file = join(deps.folder, NAME);
  const places = placesOf(await readKept());
  let written = membersOf(places);
  let cancel: (() => void) | null = null;

  async function readKept() {
    try {
      const bytes = await files.read(file);
      return bytes === null ? {} : Kept.parse(JSON.parse(bytes.toString("utf8")));
    } catch (error) {
      log.warn({ file, why: codeOf(error).slice(0, 300) }, "the kept addresses cannot be read");
      return {};
    }
  }

  let saving: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const members = membersOf(places);
    if (members === written) return;
    try {
      await replaceFile(files, file, Buffer.from(JSON.stringify(places.taken())));
      written = members;
    } catch (error) {
      log.warn({ file, code: codeOf(error) }, "the addresses could not be kept on disk");
    }
  };
  /** One after another: two at once would share the temporary file. */
  const save = (): Promise<void> => {
    cancel?.();
    cancel = null;
    saving = saving.then(write);
    return saving;
  };
  const saveSoon = () => {
    cancel ??= clock.after(SAVE_AFTER_MS, () => void save());
  };
  return {
    taken: places.taken,
    keepOnly(targets) {
      places.keepOnly(targets);
      saveSoon();
    },
    pick(...asked) {
      const picked = places.pick(...asked);
      saveSoon();
      return picked;
    },
    close: save,
  };
}

/** Changes when a place changes hands. */
function membersOf(places: Places): string {
  return JSON.stringify(Object.entries(places.taken()).map(([target, seen]) => [target, Object.keys(seen)]));
}
