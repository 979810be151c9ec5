/**
 * A batch's envelope and its samples, parsed apart: a wrong envelope refuses the batch, a wrong sample only itself.
 *
 * The collector speaks its own wire version and the one before; a field of a newer one would be an unknown key.
 */
import * as z from "zod";
import { CarrierwatchError, InvalidInputError } from "../wire/errors.ts";
import { WIRE_VERSION } from "../wire/ids.ts";
import { BatchEnvelope, Sample } from "../wire/sample.ts";
import { isPlainSample } from "./plain-sample.ts";

const OLDEST_WIRE = Math.max(1, WIRE_VERSION - 1);
const WHY_MAX = 300;
const Versioned = z.object({ wire: z.int().min(0) });

/** What a batch says besides its samples. */
export type BatchHead = Omit<BatchEnvelope, "samples"> & { readonly count: number };

/**
 * @returns The records in an array that is the caller's.
 * @throws CarrierwatchError wire_version; InvalidInputError
 */
export function parseEnvelope(body: unknown): { readonly head: BatchHead; readonly records: unknown[] } {
  const wire = Versioned.safeParse(body).data?.wire;
  if (wire !== undefined && (wire < OLDEST_WIRE || wire > WIRE_VERSION)) {
    throw new CarrierwatchError(
      "wire_version",
      `the probe speaks wire version ${wire}, this collector ${OLDEST_WIRE} to ${WIRE_VERSION}`,
      { hint: wire > WIRE_VERSION ? "update the collector first" : "update the probe" },
    );
  }
  const parsed = BatchEnvelope.safeParse(body);
  if (parsed.success) {
    const { samples, ...head } = parsed.data;
    return { head: { ...head, count: samples.length }, records: samples };
  }
  throw new InvalidInputError("the batch", issuesOf(parsed.error));
}

/** One record: the sample, or why it is none, in one line. */
export type ParsedSample = { readonly sample: Sample } | { readonly why: string };

/** A record as JSON says it, untrusted. */
export function parseSample(record: unknown): ParsedSample {
  if (isPlainSample(record)) return { sample: record };
  const parsed = Sample.safeParse(record);
  if (parsed.success) return { sample: parsed.data };
  const why = issuesOf(parsed.error)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`))
    .join("; ");
  return { why: why.slice(0, WHY_MAX) };
}

function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.slice(0, 10).map(({ path, message }) => ({ path: path.join("."), message }));
}
