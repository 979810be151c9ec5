/** A pure function of a text that remembers what it answered; when that is much, it begins anew. */

/** @param most Texts that are remembered at a time. */
export function remembering<T>(most: number, of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = of(text);
    if (known.size >= most) known.clear();
    known.set(text, found);
    return found;
  };
}
