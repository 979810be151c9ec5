/** What became of records, by number: as it travels back from the writer thread. */
import type { OutcomeKind } from "../../wire/sample.ts";

export const OUTCOMES: readonly OutcomeKind[] = [
  "stored",
  "duplicate",
  "conflict",
  "tooOld",
  "future",
  "rejected",
];

/** Number of the outcome that most records have. */
export const STORED = OUTCOMES.indexOf("stored");
