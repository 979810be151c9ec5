/**
 * Offers what the spool holds to the collector until it is acknowledged: the newest samples first, then the backlog.
 *
 * One batch at a time. An answer settles every record of its batch, whatever became of it; anything else settles none.
 * A batch that is refused for what is in it is halved, down to the one record that is given up, but only if the collector
 * takes a batch without any; a refused key waits and says so, all other failures back off with jitter. A collector that
 * says it reads columns gets columns; whatever it thinks of them, the same batch goes as JSON then.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { BATCH_MAX_SAMPLES, BatchAnswer } from "../../collector/wire/sample.ts";
import { codeOf } from "../spool/files.ts";
import type { Lane, Spool, Taken } from "../spool/spool.ts";
import { type Backoff, backoffOf, retryAfterMsOf } from "./backoff.ts";
import { type BatchHead, bodyOf, packed } from "./batch.ts";
import type { Answer, Client } from "./client.ts";
import { columnsForm } from "./columns-form.ts";

export type ShipperDeps = {
  readonly client: Client;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly probeVersion: string;
  /** A record lay in the collector's future and was not stored. */
  readonly refusedAsFuture?: (target: string, tick: number) => void;
};

export type Shipper = {
  /** Something has come into the spool, or the collector has been heard of again. */
  wake(contact?: boolean): void;
  start(): void;
  /** Sends what is left within the time given, then stops. */
  stop(withinMs: number): Promise<void>;
};

const POST_TIMEOUT_MS = 30_000;
/** Uncompressed; as gzip it has far less than the 256 KiB a batch may have. */
const BATCH_MAX_BYTES = 700_000;
const PACKED_MAX_BYTES = 262_144;

type Verdict = { readonly waitMs: number; readonly sent: boolean };

/** In a 4xx: about the key, the moment, or the form of a batch in columns, and not about a record. */
const NOT_A_RECORD: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 409, 415, 425, 429]);
const TOO_LARGE = 413;

/** Nothing happens before `start`. */
export function shipperOf(deps: ShipperDeps): Shipper {
  return new SpoolShipper(deps);
}

class SpoolShipper implements Shipper {
  readonly #deps: ShipperDeps;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #columns = columnsForm();
  #limit = BATCH_MAX_SAMPLES;
  #rttMs: number | null = null;
  #wake: (contact: boolean) => void = () => {};
  #woken = false;
  #stopping = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: ShipperDeps) {
    this.#deps = deps;
    this.#backoff = backoffOf(deps.random);
  }

  wake(contact = false): void {
    this.#woken = true;
    this.#wake(contact);
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    const cancel = this.#deps.clock.after(withinMs, () => this.#stop.abort());
    this.#wake(true);
    await this.#loop;
    cancel();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#woken = false;
      const verdict = await this.#round();
      if (this.#stopping && (!verdict.sent || verdict.waitMs > 0)) return;
      if (verdict.waitMs > 0) await this.#sleep(verdict.waitMs, this.#backoff.failures() > 0);
      else if (!verdict.sent && !this.#woken) await this.#sleep(60_000, false);
    }
  }

  async #round(): Promise<Verdict> {
    try {
      const taken = (await this.#take("live")) ?? (await this.#take("backlog"));
      if (!taken) return { sent: false, waitMs: 0 };
      return await this.#offer(taken);
    } catch (error) {
      const { log } = this.#deps;
      if (this.#stop.signal.aborted) return { sent: false, waitMs: 0 };
      const waitMs = this.#backoff.nextMs();
      const waiting = this.#deps.spool.figures().records;
      log.warn(
        { code: codeOf(error), why: error instanceof Error ? error.message : "", waiting },
        "samples could not be delivered; they wait in the spool",
      );
      return { sent: false, waitMs };
    }
  }

  #take(lane: Lane): Promise<Taken | null> {
    return this.#deps.spool.take(lane, { records: this.#limit, bytes: BATCH_MAX_BYTES });
  }

  async #offer(taken: Taken): Promise<Verdict> {
    const { client, spool, clock, probeVersion } = this.#deps;
    const head: BatchHead = {
      sentMs: clock.nowMs(),
      probeVersion,
      knownMark: spool.mark(),
      rttMs: this.#rttMs,
      spool: spool.figures(),
    };
    const columns = taken.records.length > 0 ? this.#columns.bodyOf(taken, head) : null;
    const { bytes, headers } = columns ?? packed(bodyOf(taken, head));
    if (bytes.length > PACKED_MAX_BYTES && taken.records.length > 1) {
      this.#halve(taken);
      return { sent: true, waitMs: 0 };
    }
    const exchange = client.exchange({
      method: "POST",
      path: "/api/v1/probe/samples",
      headers,
      body: bytes,
      timeoutMs: POST_TIMEOUT_MS,
      signal: this.#stop.signal,
    });
    const answer = await exchange.catch((error: unknown) => {
      if (columns) this.#columns.failed({ code: codeOf(error) });
      throw error;
    });
    if (columns && this.#columns.isRefused(answer)) return { sent: true, waitMs: 0 };
    if (columns && answer.status !== 200) this.#columns.failed(answer);
    if (answer.status !== 200) return this.#refused(taken, answer);
    this.#columns.answered(columns, answer);
    return this.#settle(taken, answer);
  }

  async #settle(taken: Taken, answer: Answer): Promise<Verdict> {
    const { spool, log } = this.#deps;
    const parsed = BatchAnswer.safeParse(jsonOf(answer.body));
    const settled = parsed.data?.stored ?? parsed.data?.outcomes.length;
    if (!parsed.success || settled !== taken.records.length) {
      log.error({ status: answer.status }, "the collector's answer to a batch cannot be understood");
      return { sent: false, waitMs: this.#backoff.longMs() };
    }
    const { outcomes, mark, rewindToS } = parsed.data;
    this.#backoff.reset();
    this.#rttMs = answer.elapsedMs;
    if (taken.records.length > 0) this.#limit = Math.min(BATCH_MAX_SAMPLES, this.#limit * 2);
    await spool.settle(taken);
    this.#tell(taken, outcomes);
    if (rewindToS !== undefined) {
      const records = await spool.rewind(rewindToS);
      log.warn({ rewindToS, records }, "the collector has lost samples and asked for them once more");
    }
    // Last: a probe that dies before the rewind is on disk still shows the old mark, and is asked again.
    spool.setMark(mark);
    return { sent: true, waitMs: 0 };
  }

  #tell(taken: Taken, outcomes: BatchAnswer["outcomes"]): void {
    const { log, refusedAsFuture } = this.#deps;
    for (const [i, { outcome, why }] of outcomes.entries()) {
      const record = taken.records[i];
      if (!record || outcome === "stored" || outcome === "duplicate") continue;
      if (outcome === "future") refusedAsFuture?.(record.target, record.tick);
      const { target, tick, seq } = record;
      log.warn({ target, tick, seq, outcome, why }, "the collector did not store a sample");
    }
  }

  async #refused(taken: Taken, answer: Answer): Promise<Verdict> {
    const { log, clock, spool } = this.#deps;
    const { status } = answer;
    if (status === TOO_LARGE && taken.records.length > 1) {
      this.#halve(taken);
      return { sent: true, waitMs: 0 };
    }
    if (status >= 400 && status < 500 && !NOT_A_RECORD.has(status) && taken.records.length > 0) {
      // Is that taken, it is one of the samples that is refused; else nothing of this probe is, whatever it sends.
      const empty = await this.#offer({ epoch: taken.epoch, records: [] });
      return empty.sent ? this.#narrow(taken, status) : empty;
    }
    if (status === 401 || status === 403) {
      log.error({ status }, "the collector refuses this probe's key; join again with a new join command");
      return { sent: false, waitMs: this.#backoff.longMs() };
    }
    log.warn({ status, waiting: spool.figures().records }, "the collector did not take a batch");
    const retryAfterMs = retryAfterMsOf(answer.headers["retry-after"], clock.nowMs());
    return { sent: false, waitMs: this.#backoff.nextMs(retryAfterMs) };
  }

  /** One of the records is what the collector refuses: fewer are offered, until it stands alone and is given up. */
  async #narrow(taken: Taken, status: number): Promise<Verdict> {
    const { log, spool } = this.#deps;
    if (taken.records.length > 1) {
      this.#halve(taken);
      return { sent: true, waitMs: 0 };
    }
    const { target, tick, seq } = taken.records[0] ?? {};
    log.error({ status, target, tick, seq }, "one sample alone is refused by the collector: given up");
    await spool.giveUp(taken);
    return { sent: true, waitMs: this.#backoff.nextMs() };
  }

  #halve(taken: Taken): void {
    this.#limit = Math.max(1, Math.floor(taken.records.length / 2));
  }

  /** @param stubborn Only hearing from the collector ends the wait early; a new sample does not. */
  async #sleep(ms: number, stubborn: boolean): Promise<void> {
    if (this.#stopping) return;
    const done = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(ms, done.resolve);
    this.#wake = (contact) => {
      if (contact || !stubborn) done.resolve();
    };
    await done.promise;
    this.#wake = () => {};
    cancel();
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
