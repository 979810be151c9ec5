/**
 * The number of the one generation that a series has, by the numbers of its names in a batch: found without looking a
 * text up. A series with several generations, or none, has none here.
 */
export class SingleIds {
  private byNames = new WeakMap<readonly string[], Map<string, Ids>>();

  /** Of a vantage, by number of the name in this list. */
  of(names: readonly string[], vantage: string): Ids {
    const vantages = this.byNames.get(names) ?? new Map<string, Ids>();
    this.byNames.set(names, vantages);
    const ids = vantages.get(vantage) ?? new Ids();
    vantages.set(vantage, ids);
    return ids;
  }

  /** Series got other numbers. */
  clear(): void {
    this.byNames = new WeakMap();
  }
}

export class Ids {
  private ids = new Int32Array(64);

  /** 0 = not known. */
  at(name: number): number {
    return this.ids[name] ?? 0;
  }

  /** @param found Numbers of the series' generations. */
  set(name: number, found: readonly number[]): void {
    if (name >= this.ids.length) {
      const larger = new Int32Array((name + 1) * 2);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[name] = found.length === 1 ? (found[0] ?? 0) : 0;
  }
}
