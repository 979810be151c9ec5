/** Numbers by generation, 0 where none is: what a Map would do in a tenth of the time and memory. */
export class ByNumber {
  private values = new Float64Array(0);
  private held = 0;

  /** How many are not 0. */
  get size(): number {
    return this.held;
  }

  of(id: number): number {
    return this.values[id] ?? 0;
  }

  set(id: number, value: number): void {
    if (id >= this.values.length) {
      const larger = new Float64Array(Math.max(1_024, (id + 1) * 2));
      larger.set(this.values);
      this.values = larger;
    }
    const before = this.values[id] ?? 0;
    this.values[id] = value;
    this.held += (value === 0 ? 0 : 1) - (before === 0 ? 0 : 1);
  }

  /** Ascending; those that are not 0 and at most so large. */
  upTo(most: number): number[] {
    const found: number[] = [];
    for (let id = 0; id < this.values.length; id += 1) {
      const value = this.values[id] ?? 0;
      if (value !== 0 && value <= most) found.push(id);
    }
    return found;
  }
}
