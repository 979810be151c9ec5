/**
 * The head of a generation: what is still open, in one small BLOB, so that a sample costs one page and not five.
 *
 * It holds the PDP tile of the newest tick, that tile's strip codes, and the open row of each coarser archive. All of
 * it is placed by the newest tick alone; when that moves on, what it leaves is written to the rings (writer-samples).
 */
import { type Bands, TICKS_PER_TILE } from "./bands.ts";
import {
  codeBlock,
  codeBytes,
  type PdpBlock,
  pdpBlock,
  pdpBytes,
  type RowBlock,
  rowBlock,
  rowBytes,
} from "./blocks.ts";

export type Head = {
  readonly bytes: Uint8Array;
  readonly pdps: PdpBlock;
  readonly codes: Uint16Array;
  /** As bands.coarse, one row each. */
  readonly open: readonly RowBlock[];
};

const CODES_AT = pdpBytes(TICKS_PER_TILE);
const ROWS_AT = CODES_AT + codeBytes(TICKS_PER_TILE);

export function headBytes(bands: Bands): number {
  return ROWS_AT + rowBytes(bands.coarse.length);
}

/** @param bytes As stored, aligned; or zeros of headBytes for a new generation. */
export function headOf(bands: Bands, bytes: Uint8Array): Head {
  return {
    bytes,
    pdps: pdpBlock(bytes, 0, TICKS_PER_TILE),
    codes: codeBlock(bytes, CODES_AT, TICKS_PER_TILE),
    open: bands.coarse.map((_, i) => rowBlock(bytes, ROWS_AT + rowBytes(i), 1)),
  };
}
