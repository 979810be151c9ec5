/**
 * Places by row id: an open table of numbers, since a Map makes an object of each key that is no small integer.
 *
 * Row ids are whole numbers up to 2^53; what is not there is -1.
 */
const FIRST_ROOM = 4_096;
const LOW = 2 ** 20;

export class SlotIndex {
  private mask = FIRST_ROOM - 1;
  /** Place + 1; 0 = free. */
  private table = new Int32Array(FIRST_ROOM);
  private keys = new Float64Array(FIRST_ROOM / 2);
  private count = 0;

  /** How many ids are known; their places are 0 to size - 1. */
  get size(): number {
    return this.count;
  }

  /** The id at a place. */
  at(place: number): number {
    return this.keys[place] ?? 0;
  }

  /** Where an id stands; -1 = nowhere. */
  find(id: number): number {
    return (this.table[this.cellOf(id)] ?? 0) - 1;
  }

  /** Where an id stands from now on. */
  put(id: number): number {
    const cell = this.cellOf(id);
    const found = this.table[cell] ?? 0;
    if (found !== 0) return found - 1;
    const place = this.count;
    this.keys[place] = id;
    this.count += 1;
    this.table[cell] = this.count;
    if (this.count === this.keys.length) this.grow();
    return place;
  }

  clear(): void {
    if (this.count === 0) return;
    this.count = 0;
    this.table.fill(0);
  }

  /** The cell that has an id, or the free one where it belongs. */
  private cellOf(id: number): number {
    const high = Math.floor(id / LOW);
    let cell = (Math.imul(high, 0x9e3779b1) ^ Math.imul(id - high * LOW, 0x85ebca6b)) >>> 0;
    cell = (cell ^ (cell >>> 15)) & this.mask;
    for (;;) {
      const place = this.table[cell] ?? 0;
      if (place === 0 || this.keys[place - 1] === id) return cell;
      cell = (cell + 1) & this.mask;
    }
  }

  private grow(): void {
    const { keys, count } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.keys.set(keys);
    this.table = new Int32Array(this.keys.length * 2);
    this.mask = this.table.length - 1;
    for (let place = 0; place < count; place += 1) this.table[this.cellOf(keys[place] ?? 0)] = place + 1;
  }
}
