/**
 * Ingest: a batch from a probe becomes stored samples and an outcome for each record.
 *
 * The vantage comes from the key, never from the body. A poison record is `rejected` and counted, and blocks nothing.
 * The answer is given only after the store's transaction is synced. Next stop of the data: `store`, then `alert`.
 */
import type { BatchAnswer } from "../wire/sample.ts";

/** What the transport knows of a batch. */
export type BatchMeta = {
  /** When the request arrived, UTC ms by the collector's clock. */
  readonly receivedMs: number;
  /** Address it came from; null = unknown. */
  readonly address: string | null;
};

export type Ingest = {
  /**
   * @param body Parsed JSON, untrusted.
   * @throws InvalidInputError when the envelope is wrong; CarrierwatchError wire_version
   */
  batch(vantage: string, body: unknown, meta: BatchMeta): Promise<BatchAnswer>;
  /** A probe asked for its assignments: that is a contact, and what it is given it may report on for ever. */
  contact(vantage: string, meta: BatchMeta, assigned: readonly string[]): Promise<void>;
};
