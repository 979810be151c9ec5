/**
 * What the collector wants measured: pulled by held poll with ETag, kept on disk for a start without the collector.
 *
 * Data, never code: parsed whole by the wire schema. An answer that does not parse is refused and said, the old
 * assignments stand. Next stop: `schedule`.
 */
import { join } from "node:path";
import * as z from "zod";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { type Once, UNDERSTANDS } from "../../collector/wire/on-demand.ts";
import { POLL_WAIT_MAX_S, ProbeConfig } from "../../collector/wire/probe-protocol.ts";
import { codeOf, replaceFile, type SpoolFiles } from "../spool/files.ts";
import { type Backoff, backoffOf, retryAfterMsOf } from "./backoff.ts";
import type { Answer, Client } from "./client.ts";
import { openValues, sealValues } from "./sealed.ts";

const KeptFile = z.object({
  etag: z.string().nullable(),
  /** Without its secrets. */
  config: ProbeConfig,
  /** The secrets, by sealValues; absent = there are none. */
  sealed: z.string().optional(),
});

/** What is remembered: with a null ETag it is asked for anew, and goes on until then. */
export type Kept = { readonly etag: string | null; readonly config: ProbeConfig };

export type PullerDeps = {
  readonly client: Client;
  readonly files: SpoolFiles;
  /** The probe's folder. */
  readonly folder: string;
  /** The vantage's key: what is kept of secrets is sealed with it. */
  readonly key: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly apply: (config: ProbeConfig) => void;
  /** What is to be measured now, and the secrets it may name; never kept, or a restart would measure it again. */
  readonly once: (list: readonly Once[], secrets: Readonly<Record<string, string>>) => void;
  /** The collector has answered after it had not. */
  readonly contact: () => void;
};

export type Puller = { start(): void; stop(): Promise<void> };

const NAME = "assignments.json";
const WAIT_S = 50;
const CONFIG_MAX_BYTES = 16 * 1024 * 1024;
/** A collector that answers a held poll at once is asked at most this often. */
const QUICK_MS = 1_000;
const QUICK_WAIT_MS = 2_000;

/**
 * @param key The vantage's key.
 * @returns null when there are none, or none that can be read (which is said).
 */
export async function readKept(
  files: SpoolFiles,
  folder: string,
  log: Log,
  key: () => string,
): Promise<Kept | null> {
  const path = join(folder, NAME);
  try {
    const bytes = await files.read(path);
    if (bytes === null) return null;
    const { etag, config, sealed } = KeptFile.parse(JSON.parse(bytes.toString("utf8")));
    if (sealed === undefined) return { etag, config };
    const secrets = openValues(sealed, key());
    if (secrets !== null) return { etag, config: { ...config, secrets } };
    log.warn({ file: path }, "the kept secrets belong to another key; the collector is asked for them");
    return { etag: null, config };
  } catch (error) {
    log.warn({ file: path, why: codeOf(error).slice(0, 300) }, "the kept assignments cannot be read");
    return null;
  }
}

/** Nothing happens before `start`. @param kept What `readKept` found: its ETag is asked with. */
export function pullerOf(deps: PullerDeps, kept: Kept | null): Puller {
  return new HeldPoll(deps, kept?.etag ?? null);
}

class HeldPoll implements Puller {
  readonly #deps: PullerDeps;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #etag: string | null;
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: PullerDeps, etag: string | null) {
    this.#deps = deps;
    this.#etag = etag;
    this.#backoff = backoffOf(deps.random);
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const waitMs = await this.#poll();
      if (waitMs > 0 && !signal.aborted) await this.#sleep(waitMs);
    }
  }

  /** @returns How long to wait before the next poll, ms. */
  async #poll(): Promise<number> {
    const { client, clock, log } = this.#deps;
    const askedMs = clock.monoMs();
    try {
      const answer = await client.exchange({
        method: "GET",
        path: `/api/v1/probe/config?wait=${Math.min(WAIT_S, POLL_WAIT_MAX_S)}`,
        headers: {
          [UNDERSTANDS.header]: UNDERSTANDS.once,
          ...(this.#etag === null ? {} : { "if-none-match": this.#etag }),
        },
        timeoutMs: (WAIT_S + 20) * 1000,
        maxBytes: CONFIG_MAX_BYTES,
        signal: this.#stop.signal,
      });
      if (answer.status !== 200 && answer.status !== 304) return this.#refused(answer);
      const taken = await this.#take(answer);
      if (taken !== "held") return taken;
      return clock.monoMs() - askedMs < QUICK_MS ? QUICK_WAIT_MS : 0;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      const why = error instanceof Error ? error.message : "";
      log.warn({ code: codeOf(error), why }, "the collector cannot be reached; measuring goes on");
      return this.#backoff.nextMs();
    }
  }

  /** @returns How long to wait, ms; or `held`: nothing is new, or only something to measure now. */
  async #take(answer: Answer): Promise<number | "held"> {
    const { log, apply, once, contact } = this.#deps;
    let waitMs: number | "held" = "held";
    if (answer.status === 200) {
      const parsed = configOf(answer.body);
      if (typeof parsed === "string") {
        log.error({ why: parsed }, "the collector's assignments cannot be understood; the old ones stand");
        return this.#backoff.longMs();
      }
      const { once: now = [], ...config } = parsed;
      once(now, config.secrets ?? {});
      const sameEtag = answer.headers.etag !== undefined && answer.headers.etag === this.#etag;
      this.#etag = answer.headers.etag ?? null;
      if (!sameEtag || now.length === 0) {
        apply(config);
        await this.#keep(config);
        waitMs = this.#etag === null || sameEtag ? QUICK_WAIT_MS : 0;
        if (waitMs > 0) return waitMs;
      }
    }
    if (this.#backoff.failures() > 0) contact();
    this.#backoff.reset();
    return waitMs;
  }

  #refused(answer: Answer): number {
    const { log, clock } = this.#deps;
    const { status } = answer;
    if (status === 401 || status === 403) {
      log.error({ status }, "the collector refuses this probe's key; join again with a new join command");
      return this.#backoff.longMs();
    }
    log.warn({ status }, "the collector does not give assignments; measuring goes on");
    return this.#backoff.nextMs(retryAfterMsOf(answer.headers["retry-after"], clock.nowMs()));
  }

  async #keep({ secrets, ...config }: ProbeConfig): Promise<void> {
    const { files, folder, log, key } = this.#deps;
    const sealed = secrets === undefined ? {} : { sealed: sealValues(secrets, key()) };
    const kept: z.input<typeof KeptFile> = { etag: this.#etag, config, ...sealed };
    try {
      await replaceFile(files, join(folder, NAME), Buffer.from(JSON.stringify(kept)));
    } catch (error) {
      log.warn(
        { file: join(folder, NAME), code: codeOf(error) },
        "the assignments could not be kept on disk",
      );
    }
  }

  async #sleep(ms: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(ms, done.resolve);
    this.#stop.signal.addEventListener("abort", () => done.resolve(), { once: true });
    await done.promise;
    cancel();
  }
}

/** @returns The assignments, or why they are none. */
function configOf(body: Buffer): ProbeConfig | string {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    return "the answer is not JSON";
  }
  const parsed = ProbeConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`;
}
