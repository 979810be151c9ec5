/**
 * Sends reports of evidence when the collector can be reached, and removes each when the collector has said it has it.
 *
 * One at a time, beside the samples and never before them. What the collector refuses for what it is, is given up;
 * anything else waits, over restarts too.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import type { PathReport } from "../../collector/wire/path-evidence.ts";
import { codeOf, type SpoolFiles } from "../spool/files.ts";
import { type Backoff, backoffOf, retryAfterMsOf } from "./backoff.ts";
import type { Answer, Client } from "./client.ts";
import { type EvidenceFolder, evidenceFolder } from "./evidence-folder.ts";

export type EvidenceDeps = {
  readonly client: Client;
  readonly files: SpoolFiles;
  /** The vantage's. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
};

export type EvidenceShipper = {
  /** Resolves when the report is on disk; a disk that does not take it costs the report and is said. */
  keep(report: PathReport): Promise<void>;
  start(): void;
  /** Sends nothing more; what is left is sent after the next start. */
  stop(): Promise<void>;
};

const TIMEOUT_MS = 15_000;
/** It will never be taken, by whoever sends it: not valid, too large. */
const HOPELESS = new Set([400, 413, 415, 422]);

/** Nothing is sent before `start`. */
export function evidenceShipperOf(deps: EvidenceDeps): EvidenceShipper {
  return new FolderShipper(deps);
}

class FolderShipper implements EvidenceShipper {
  readonly #deps: EvidenceDeps;
  readonly #waiting: EvidenceFolder;
  readonly #backoff: Backoff;
  readonly #end = new AbortController();
  #woken = false;
  #wake: () => void = () => {};
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: EvidenceDeps) {
    this.#deps = deps;
    this.#waiting = evidenceFolder(deps.files, deps.folder, deps.log);
    this.#backoff = backoffOf(deps.random);
  }

  async keep(report: PathReport): Promise<void> {
    const { folder, log } = this.#deps;
    try {
      await this.#waiting.add(report);
    } catch (error) {
      log.warn({ folder, code: codeOf(error) }, "evidence could not be kept on disk");
    }
    this.#woken = true;
    this.#wake();
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#end.abort(new Error("the probe stops"));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      this.#woken = false;
      const waitMs = await this.#round();
      if (waitMs !== 0 && !signal.aborted) await this.#sleep(waitMs);
    }
  }

  /** @returns How long to wait before the next, ms; null = until there is something. */
  async #round(): Promise<number | null> {
    try {
      const next = await this.#waiting.oldest();
      if (next === null) return null;
      const answer = await this.#post(next.report);
      const waitMs = this.#waitAfter(answer, next.report);
      if (waitMs === 0) await next.remove();
      return waitMs;
    } catch (error) {
      const why = error instanceof Error ? error.message : "";
      if (!this.#end.signal.aborted)
        this.#deps.log.debug({ code: codeOf(error), why }, "evidence could not be delivered; it waits");
      return this.#backoff.nextMs();
    }
  }

  #post(report: PathReport): Promise<Answer> {
    return this.#deps.client.exchange({
      method: "POST",
      path: "/api/v1/probe/evidence",
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(report)),
      timeoutMs: TIMEOUT_MS,
      signal: this.#end.signal,
    });
  }

  /** @returns 0: it is settled. */
  #waitAfter({ status, headers }: Answer, { target }: PathReport): number {
    const settled = status === 200 || status === 204 || HOPELESS.has(status);
    if (settled) {
      if (HOPELESS.has(status))
        this.#deps.log.warn({ status, target }, "the collector does not take evidence");
      this.#backoff.reset();
      return 0;
    }
    // 401 and 403: the key is refused. 404: a collector that is older than this probe.
    if (status === 401 || status === 403 || status === 404) return this.#backoff.longMs();
    return this.#backoff.nextMs(retryAfterMsOf(headers["retry-after"], this.#deps.clock.nowMs()));
  }

  async #sleep(ms: number | null): Promise<void> {
    if (ms === null && this.#woken) return;
    const done = Promise.withResolvers<void>();
    const { signal } = this.#end;
    const cancel = ms === null ? () => {} : this.#deps.clock.after(ms, done.resolve);
    if (ms === null) this.#wake = done.resolve;
    const stop = () => done.resolve();
    signal.addEventListener("abort", stop, { once: true });
    await done.promise;
    signal.removeEventListener("abort", stop);
    this.#wake = () => {};
    cancel();
  }
}
