/**
 * A stored tile as it is worked on: on a boundary that typed arrays accept, rows of schema 4 in today's form.
 *
 * Old row tiles stay in the file until their ring comes round; they are told by their length.
 */
import { type Band, isRowPart, partOf, ROWS_PER_TILE } from "./bands.ts";
import { aligned, fromOldRows, oldRowBytes } from "./blocks.ts";

const OLD_BYTES = oldRowBytes(ROWS_PER_TILE);

export function tileOfToday({ part }: Pick<Band, "part">, data: Uint8Array): Uint8Array {
  const bytes = aligned(data);
  return bytes.length === OLD_BYTES && isRowPart(part) ? fromOldRows(bytes, ROWS_PER_TILE) : bytes;
}

/** The same by the row id of its slot. */
export function slotOfToday(id: number, data: Uint8Array): Uint8Array {
  return tileOfToday({ part: partOf(id) }, data);
}
