/** How an import that is stopped ends: the chunk under way is stored, and it is said how to go on. */
import { CarrierwatchError } from "../wire/errors.ts";

/** What to do when a chunk was not stored. */
export function goOn(chunk: number): string {
  return `those before it are; go on with the same file and --from-chunk ${chunk}`;
}

export type Stop = {
  /** @throws CarrierwatchError when a stop was asked for; chunks before this one are stored. */
  check(chunk: number): void;
  forget(): void;
};

/** Ctrl-C lets the chunk that is under way be stored, and says how to go on; a second one ends the program at once. */
export function stopAsked(): Stop {
  let asked = false;
  const ask = () => {
    asked = true;
  };
  process.once("SIGINT", ask);
  return {
    check(chunk) {
      if (!asked) return;
      throw new CarrierwatchError("stopped", `stopped as asked: chunk ${chunk} was not sent`, {
        retryable: true,
        hint: goOn(chunk),
      });
    },
    forget: () => process.removeListener("SIGINT", ask),
  };
}
