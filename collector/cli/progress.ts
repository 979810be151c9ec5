/** Progress of a verb that lasts: at most one line a second on stderr, and none for what is done within the first. */

const EVERY_MS = 1_000;

/** @returns Called with how far it is; prints when a second has passed since the last line. */
export function progress(say: (line: string) => void = (line) => process.stderr.write(line)) {
  let lastMs = performance.now();
  return (text: string): void => {
    if (performance.now() - lastMs < EVERY_MS) return;
    lastMs = performance.now();
    say(`${text}\n`);
  };
}
