/**
 * dns://: one query for records of a name, by c-ares, to the vantage's resolvers or the one the URL names.
 *
 * Records become text as `dig +short` prints them (see record-text.ts). The hosts file is not looked at: what is
 * measured is the resolver. A query that was answered without records of the type is complete; total is the dns phase.
 */
import type { Resolver } from "node:dns";
import { isIP } from "node:net";
import type { RecordType } from "../../../collector/wire/expect.ts";
import type { Detail } from "../../../collector/wire/sample.ts";
import { mustAllow, within } from "../reach.ts";
import type { StopSignal } from "../stop.ts";
import { oneLine } from "../text.ts";
import { StageError, stage } from "../trouble.ts";
import { recordTexts } from "./record-text.ts";
import type { KindTask } from "./task.ts";

/** What the wire carries of one answer. */
const MAX_RECORDS = 32;
const MAX_CHARS = 512;

type Question = {
  readonly host: string;
  readonly type: RecordType;
  readonly resolver: { readonly address: string; readonly port: number } | null;
};

/** Asks, and leaves the records in the task; rejects with c-ares' error or the deadline. */
export async function askRecords(task: KindTask, question: Question): Promise<void> {
  const { tools, way, reaching, detail, assignment } = task;
  const { marks, facts } = reaching;
  const named = question.resolver;
  // The vantage's own resolvers are configuration; one that a target names is a measured address.
  if (named !== null) mustAllow(tools, { port: named.port, silent: true }, named.address, named.address);
  const resolver = tools.lookup.fresh(named === null ? [] : [serverOf(named)]);
  facts.resolver = resolver.getServers().join(", ");
  marks.startMs = tools.clock.monoMs();
  const { records, answers } = await within(tools, way, (signal) => query(task, resolver, question, signal));
  detail.records = records.slice(0, MAX_RECORDS).map((text) => oneLine(text, MAX_CHARS));
  if (answers.length > 0) facts.answers = answers;
  marks.endMs = marks.dnsMs;
  way.marked(marks);
  if (records.length > 0 || (assignment.expect.records ?? []).length > 0) return;
  throw new StageError("RECORD", `${question.host} has no ${question.type} record`);
}

type Found = { readonly records: string[]; readonly answers: NonNullable<Detail["answers"]> };

function query(
  { way, reaching }: KindTask,
  resolver: Resolver,
  { host, type }: Question,
  signal: StopSignal,
): Promise<Found> {
  return stage<Found>(signal, (resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, answer: unknown) => {
      const nowMs = way.cameMs();
      const isAddress = type === "A" || type === "AAAA";
      const isEmpty = error?.code === "ENODATA" && !isAddress;
      if (error !== null && !isEmpty) return reject(error);
      reaching.marks.dnsMs = nowMs;
      way.arrived();
      resolve(isEmpty ? { records: [], answers: [] } : found(type, answer));
    };
    if (type === "A") resolver.resolve4(host, { ttl: true }, done);
    else if (type === "AAAA") resolver.resolve6(host, { ttl: true }, done);
    else resolver.resolve(host, type, done);
    // The resolver is this query's own.
    return () => resolver.cancel();
  });
}

function found(type: RecordType, answer: unknown): Found {
  const records = recordTexts(type, answer).sort();
  if ((type !== "A" && type !== "AAAA") || !Array.isArray(answer)) return { records, answers: [] };
  const answers = answer.map(({ address, ttl }: { address: string; ttl: number }) => ({
    address: address.slice(0, 64),
    ttlS: Math.max(0, ttl),
  }));
  return { records, answers };
}

function serverOf({ address, port }: { address: string; port: number }): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
