/**
 * Measurements somebody asked for: handed to probes by their held polls, relayed to the asker as they come, forgotten.
 *
 * Nothing here reaches the store. A measurement is shown to whoever asked and to nobody else. Each vantage is handed it
 * at most once; what has not come after ONCE_WITHIN_MS is said to be no answer, and minutes later all of it is gone.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError, NotFoundError, UnavailableError } from "../wire/errors.ts";
import type { Log } from "../wire/log.ts";
import {
  type MeasurementView,
  ONCE_MAX,
  ONCE_WITHIN_MS,
  type Once,
  type OnceLane,
  type OnceNews,
} from "../wire/on-demand.ts";
import type { Vantage } from "../wire/vantage.ts";
import type { NetworkOf } from "./egress.ts";
import { cleaned } from "./paths.ts";

/** Who asks: one user, one API token, or the verbs of this machine. */
export type Asker = string;

export type Asked = {
  readonly asker: Asker;
  readonly target: string | null;
  readonly measured: Omit<Once, "id" | "withinMs">;
  readonly vantages: readonly Pick<Vantage, "id" | "name" | "carrier">[];
};

export type LaneChange = { readonly measurement: string; readonly lane: OnceLane };

export type OnDemand = {
  /** @throws TooManyMeasurementsError; UnavailableError busy when everybody together asks too much. */
  ask(asked: Asked): MeasurementView;
  /** @throws NotFoundError when there is none, no more, or it is another's. */
  view(asker: Asker, id: string): MeasurementView;
  /** News of what this asker asked for. @returns Ends the subscription. */
  subscribe(asker: Asker, listener: (change: LaneChange) => void): () => void;
  /** Tells when there is something to hand to a vantage. @returns Ends the subscription. */
  onWaiting(vantage: string, listener: () => void): () => void;
  /** What a probe that polls is handed now, each once; empty, and remembered, for one that does not understand it. */
  handOut(vantage: string, understands: boolean): Once[];
  /** What a probe says; ignored when that vantage was not asked, or the time is up. */
  news(vantage: string, news: OnceNews): void;
};

/** Measurements of one asker in one minute. */
export const ASKED_PER_MINUTE = 12;
const MINUTE_MS = 60_000;
const KEPT_MS = 5 * MINUTE_MS;
const OPEN_MAX = 500;

class TooManyMeasurementsError extends CarrierwatchError {
  override readonly name = "TooManyMeasurementsError";
  readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super("too_many_measurements", `you asked for ${ASKED_PER_MINUTE} measurements in a minute, the limit`, {
      hint: `try again in ${retryAfterS} s; what is to be measured regularly should be a target`,
      retryable: true,
    });
    this.retryAfterS = retryAfterS;
  }
}

type Open = {
  readonly asker: Asker;
  readonly measured: Asked["measured"];
  readonly endsMonoMs: number;
  view: MeasurementView;
};

export type OnDemandDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** For the hops of a route; absent = no hints. */
  readonly networkOf?: NetworkOf;
};

export function onDemandPart(deps: OnDemandDeps): OnDemand {
  return new Relay(deps);
}

class Relay implements OnDemand {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #networkOf: NetworkOf;
  readonly #open = new Map<string, Open>();
  /** Ids not handed out yet, by vantage. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #tooOld = new Set<string>();
  readonly #asked = new Map<Asker, number[]>();
  readonly #askers = new Map<Asker, Set<(change: LaneChange) => void>>();
  readonly #polls = new Map<string, Set<() => void>>();

  constructor({ clock, log, networkOf = () => null }: OnDemandDeps) {
    this.#clock = clock;
    this.#log = log;
    this.#networkOf = networkOf;
  }

  ask({ asker, target, measured, vantages }: Asked): MeasurementView {
    this.#forget();
    this.#admit(asker);
    const id = randomBytes(8).toString("hex");
    const lanes = vantages.map((vantage) => this.#laneOf(vantage));
    const over = lanes.every(isOver);
    const askedMs = this.#clock.nowMs();
    const view = { id, target, url: measured.url, askedMs, revision: 0, over, lanes };
    this.#open.set(id, { asker, measured, view, endsMonoMs: this.#clock.monoMs() + ONCE_WITHIN_MS });
    // The host and no more: an address may hold what nobody should read in a log.
    const host = new URL(measured.url).host;
    this.#log.info(
      { asker, measurement: id, target, host, vantages: vantages.map((vantage) => vantage.id) },
      "a measurement was asked for",
    );
    if (over) return view;
    this.#clock.after(ONCE_WITHIN_MS, () => this.#giveUp(id));
    for (const { state, vantage } of lanes) if (state === "waiting") this.#offer(vantage, id);
    return view;
  }

  view(asker: Asker, id: string): MeasurementView {
    this.#forget();
    const open = this.#open.get(id);
    if (!open || open.asker !== asker) throw new NotFoundError("measurement", id);
    return open.view;
  }

  subscribe(asker: Asker, listener: (change: LaneChange) => void): () => void {
    return joined(this.#askers, asker, listener);
  }

  onWaiting(vantage: string, listener: () => void): () => void {
    return joined(this.#polls, vantage, listener);
  }

  handOut(vantage: string, understands: boolean): Once[] {
    const ids = [...(this.#waiting.get(vantage) ?? [])];
    if (!understands) {
      this.#tooOld.add(vantage);
      this.#waiting.delete(vantage);
      for (const id of ids) this.#change(id, vantage, { state: "old" });
      return [];
    }
    this.#tooOld.delete(vantage);
    const nowMs = this.#clock.monoMs();
    const handed = ids.flatMap((id) => {
      const open = this.#open.get(id);
      const withinMs = open ? Math.floor(open.endsMonoMs - nowMs) : 0;
      return open && withinMs > 0 ? [{ id, ...open.measured, withinMs }] : [];
    });
    this.#waiting.delete(vantage);
    return handed;
  }

  news(vantage: string, news: OnceNews): void {
    if (news.kind === "progress") {
      this.#change(news.id, vantage, { state: "measuring", done: news.done });
    } else if (news.kind === "busy") {
      this.#change(news.id, vantage, { state: "busy" });
    } else {
      const { path, ...rest } = news.result;
      const result = path === undefined ? rest : { ...rest, path: cleaned(path, this.#networkOf) };
      this.#change(news.id, vantage, { state: "measured", result });
    }
  }

  #laneOf({ id, name, carrier }: Asked["vantages"][number]): OnceLane {
    const full = (this.#waiting.get(id)?.size ?? 0) >= ONCE_MAX;
    const state = this.#tooOld.has(id) ? "old" : full ? "busy" : "waiting";
    return { vantage: id, name, carrier, state, done: [], result: null };
  }

  #offer(vantage: string, id: string): void {
    const waiting = this.#waiting.get(vantage) ?? new Set<string>();
    this.#waiting.set(vantage, waiting.add(id));
    for (const listener of [...(this.#polls.get(vantage) ?? [])]) listener();
  }

  /** A lane that has come to its end does not change any more. */
  #change(id: string, vantage: string, change: Partial<OnceLane>): void {
    const open = this.#open.get(id);
    const before = open?.view.lanes.find((lane) => lane.vantage === vantage);
    if (!open || !before || isOver(before)) return;
    const lane = { ...before, ...change };
    const lanes = open.view.lanes.map((one) => (one === before ? lane : one));
    open.view = { ...open.view, revision: open.view.revision + 1, over: lanes.every(isOver), lanes };
    for (const listener of [...(this.#askers.get(open.asker) ?? [])]) listener({ measurement: id, lane });
  }

  #giveUp(id: string): void {
    for (const lane of this.#open.get(id)?.view.lanes ?? []) {
      this.#waiting.get(lane.vantage)?.delete(id);
      this.#change(id, lane.vantage, { state: "no-answer" });
    }
  }

  /** @throws TooManyMeasurementsError, UnavailableError */
  #admit(asker: Asker): void {
    const nowMs = this.#clock.monoMs();
    const recent = (this.#asked.get(asker) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS);
    const [oldestMs = nowMs] = recent;
    if (recent.length >= ASKED_PER_MINUTE) {
      throw new TooManyMeasurementsError(Math.ceil((oldestMs + MINUTE_MS - nowMs) / 1000));
    }
    if (this.#open.size >= OPEN_MAX) {
      throw new UnavailableError("busy", `${OPEN_MAX} measurements were asked for in the last minutes`);
    }
    this.#asked.set(asker, [...recent, nowMs]);
  }

  #forget(): void {
    const nowMs = this.#clock.monoMs();
    for (const [id, { endsMonoMs }] of this.#open) {
      if (nowMs - endsMonoMs > KEPT_MS - ONCE_WITHIN_MS) this.#open.delete(id);
    }
    for (const [asker, times] of this.#asked) {
      if (times.every((atMs) => nowMs - atMs >= MINUTE_MS)) this.#asked.delete(asker);
    }
  }
}

function isOver({ state }: OnceLane): boolean {
  return state !== "waiting" && state !== "measuring";
}

function joined<T>(all: Map<string, Set<T>>, key: string, listener: T): () => void {
  const listeners = all.get(key) ?? new Set<T>();
  all.set(key, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(key) === listeners) all.delete(key);
  };
}
