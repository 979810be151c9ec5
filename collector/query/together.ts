/** Costly answers are made one at a time, and each for all who wait for it. */

/**
 * Who asks while one is being made gets the next, together with all who ask until that one begins: what is answered was
 * never begun before it was asked for.
 */
export function together<T>(make: () => Promise<T>): () => Promise<T> {
  let before: Promise<void> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () => {
    if (next !== null) return next;
    const own = before.then(() => {
      next = null;
      return make();
    });
    next = own;
    before = own.then(
      () => {},
      () => {},
    );
    return own;
  };
}
