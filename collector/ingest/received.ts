/**
 * What arrived, by the form it came in: JSON, a record each, or columns with what does not fit beside them.
 *
 * A wrong envelope refuses the batch, a wrong record only itself. As soon as one record of the columns is odd, or of the
 * tick of one beside them, all become records: that is rare, and then there is one way for everything.
 */
import { ColumnsError } from "../wire/column-bytes.ts";
import { type SampleColumns, sampleAt } from "../wire/columns.ts";
import { readColumns } from "./columns.ts";
import type { DetailTexts } from "./detail-texts.ts";
import { type BatchHead, type ParsedSample, parseEnvelope, parseSample } from "./envelope.ts";
import { jsonOf } from "./json-of.ts";

/** One record and its place in the batch. */
export type Arrived = { readonly at: number; readonly parsed: ParsedSample };

export type Received = {
  readonly head: BatchHead;
  /** In the order of the batch. Whoever has what it needs of them empties the list. */
  readonly records: Arrived[];
  /** Those that are in columns, at the places that `records` leaves free; null = none are. */
  readonly columns: SampleColumns | null;
  /** Whether whoever sent it reads the short answer. */
  readonly isShort: boolean;
};

/**
 * @param body Parsed JSON, or the bytes of a batch in columns; untrusted.
 * @throws InvalidInputError when it is no batch; CarrierwatchError wire_version, unknown_texts
 */
export function receivedOf(body: unknown, texts: DetailTexts): Received {
  if (body instanceof Uint8Array) return fromColumns(body, texts);
  const { head, records } = parseEnvelope(body);
  const all = records.splice(0).map((record, at) => ({ at, parsed: parseSample(record) }));
  return { head, records: all, columns: null, isShort: false };
}

/** The same with every record for itself. */
export function unpacked({ head, records, columns, isShort }: Received): Received {
  if (columns === null) return { head, records, columns, isShort };
  const all = freePlaces(records, columns.count).map((at, i) => ({
    at,
    parsed: parseSample(sampleAt(columns, i)),
  }));
  const merged = [...all, ...records].sort((a, b) => a.at - b.at);
  return { head, records: merged, columns: null, isShort };
}

/** The places in a batch that its records leave free, ascending. */
export function freePlaces(records: readonly Pick<Arrived, "at">[], count: number): number[] {
  const places: number[] = [];
  let next = 0;
  for (let at = 0; places.length < count; at += 1)
    if (records[next]?.at === at) next += 1;
    else places.push(at);
  return places;
}

function fromColumns(body: Uint8Array, texts: DetailTexts): Received {
  const { head, columns, odd, others } = readColumns(body, texts);
  const fields = typeof head === "object" ? head : {};
  const count = columns.count + others.length;
  const received: Received = {
    head: { ...parseEnvelope({ ...fields, samples: [] }).head, count },
    records: others.map(({ at, text }) => ({ at, parsed: parsedText(text) })),
    columns: columns.count > 0 ? columns : null,
    isShort: true,
  };
  return odd.length > 0 || isMixed(received) ? unpacked(received) : received;
}

/** Whether a tick is in columns and beside them: the first of a batch is what is stored, so their order matters. */
function isMixed({ records, columns }: Received): boolean {
  const beside = new Map<number, Set<string>>();
  for (const { parsed } of records) {
    if (!("sample" in parsed) || parsed.sample.address !== undefined) continue;
    const { tick, target } = parsed.sample;
    beside.set(tick, (beside.get(tick) ?? new Set()).add(target));
  }
  if (columns === null || beside.size === 0) return false;
  const { tick, target, targets } = columns;
  return tick.some((at, i) => beside.get(at)?.has(targets[target[i] ?? 0] ?? ""));
}

function parsedText(text: string): ParsedSample {
  try {
    return parseSample(jsonOf(text));
  } catch (error) {
    if (error instanceof ColumnsError) return { why: error.message };
    throw error;
  }
}
