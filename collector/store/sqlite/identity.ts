/**
 * Whether a tick is taken: by the same record (a duplicate), by another one (a conflict), or not at all.
 *
 * The log says whose the tick is as far back as it reaches; before that the strip says only that somebody measured.
 */
import { UNKNOWN_CODE } from "../../archive/strip.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { isShown, tileId, tileOf } from "./bands.ts";
import { recordHead } from "./log-record.ts";
import { recordIn, slotOf } from "./log-tiles.ts";
import type { Rings, Working } from "./rings.ts";
import type { TileCache } from "./tile-cache.ts";

/** @param epoch Number of the identity of the spool it came from. */
export type Identity = { readonly tick: number; readonly epoch: number; readonly seq: number };

export function takenIn(tiles: TileCache, rings: Rings) {
  const recordAt = ({ state, bands, id }: Working, tickNo: number): Uint8Array | null => {
    const tile = tileOf(bands.log, tickNo);
    const slot = slotOf(tickNo);
    if (tile === tileOf(bands.log, state.lastTick / state.stepS)) {
      if (!((state.taken >> slot) & 1)) return null;
      const open = recordIn(state.area, state.areaUsed, slot);
      if (open) return open;
    }
    const bytes = tiles.look(tileId(id, bands.log, tile), tile);
    return bytes && recordIn(bytes, bytes.length, slot);
  };
  /** Null = the tick is free in this generation. */
  return (working: Working, { tick, epoch, seq }: Identity): OutcomeKind | null => {
    const { state, bands } = working;
    if (tick > state.lastTick || tick < state.openedTick || tick % state.stepS !== 0) return null;
    const tickNo = tick / state.stepS;
    if (!isShown(bands.log, tickNo, state.lastTick / state.stepS))
      return rings.codeBehind(working, tick) === UNKNOWN_CODE ? null : "duplicate";
    const record = recordAt(working, tickNo);
    if (!record) return null;
    const found = recordHead(record);
    return found.epoch === epoch && found.seq === seq ? "duplicate" : "conflict";
  };
}
