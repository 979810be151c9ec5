/** Measure now: asks the target's vantages, and shows each phase as it arrives. Nothing of it is kept anywhere. */
import { useRef, useState } from "preact/hooks";
import type { LiveEvent } from "../../../collector/wire/api-overview.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Phase } from "../../../collector/wire/metric.ts";
import type { MeasurementView, OnceLane } from "../../../collector/wire/on-demand.ts";
import { ApiError } from "../../api/client.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useLive } from "../state/resource.ts";
import { LaneName, PhaseLane } from "./phase-lane.tsx";

type OnceEvent = Extract<LiveEvent, { type: "once" }>;

export type MeasureNow = {
  readonly view: MeasurementView | null;
  readonly error: unknown;
  /** From the click to the last answer. */
  readonly busy: boolean;
  /** Whether the route was asked for too. */
  readonly withPath: boolean;
  ask(path?: boolean): void;
  close(): void;
};

/** One measurement at a time; a new one takes the place of the last. */
export function useMeasureNow(target: string): MeasureNow {
  const { client } = useApp();
  const [view, setView] = useState<MeasurementView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asking, setAsking] = useState(false);
  const [withPath, setWithPath] = useState(false);
  // The stream may be faster than the answer that names the measurement.
  const early = useRef<OnceEvent[]>([]);
  useLive((news) => {
    if (news.type === "once") {
      early.current.push(news);
      setView((old) => (old ? withNews(old, news) : old));
    } else if (news.type === "resumed" && view && !view.over) {
      client.get<MeasurementView>(`/measurements/${view.id}`).then(setView, setError);
    }
  });
  const ask = (path = false) => {
    setWithPath(path);
    early.current = [];
    setAsking(true);
    setError(null);
    setView(null);
    client
      .post<MeasurementView>("/measurements", path ? { target, path } : { target })
      .then((answer) => setView(early.current.reduce(withNews, answer)), setError)
      .finally(() => setAsking(false));
  };
  const close = () => {
    setView(null);
    setError(null);
  };
  return { view, error, busy: asking || (view !== null && !view.over), withPath, ask, close };
}

function withNews(view: MeasurementView, { measurement, lane }: OnceEvent): MeasurementView {
  if (measurement !== view.id) return view;
  const lanes = view.lanes.map((one) => (one.vantage === lane.vantage ? lane : one));
  return { ...view, lanes, over: lanes.every(({ state }) => state !== "waiting" && state !== "measuring") };
}

/** What was asked for, until it is closed; nothing before the first click. */
export function MeasureNowPanel({ now, carriers }: { now: MeasureNow; carriers: readonly Carrier[] }) {
  const { t, f } = useApp();
  const { view, error, close } = now;
  const flood = error instanceof ApiError && error.code === "too_many_measurements";
  if (flood) return <p class="problem">{t("measure.flood")}</p>;
  if (error !== null) return <ProblemBox error={error} retry={() => now.ask(now.withPath)} />;
  if (!view) return null;
  const { kind, phases } = shapeOf(view.url);
  const title = t(view.over ? "measure.done" : "measure.title", { time: f.clockSeconds(view.askedMs) });
  return (
    <section class="panel first now" aria-live="polite">
      <div class="top">
        <div>
          <h2>{title}</h2>
          <p class="sub">{t(now.withPath && !view.over ? "path.looking" : "measure.text")}</p>
        </div>
        <div class="row">
          {view.over && !now.withPath && kind !== "dns" && (
            <button type="button" class="btn" title={t("path.lookHint")} onClick={() => now.ask(true)}>
              {t("path.look")}
            </button>
          )}
          <button type="button" class="btn" onClick={close}>
            {t("common.close")}
          </button>
        </div>
      </div>
      {inOrder(view.lanes, carriers).map((lane) => (
        <Lane key={lane.vantage} lane={lane} carriers={carriers} phases={phases} />
      ))}
    </section>
  );
}

/** By carrier, as the carriers are ordered everywhere. */
function inOrder(lanes: readonly OnceLane[], carriers: readonly Carrier[]): OnceLane[] {
  const place = ({ carrier }: OnceLane) => carriers.findIndex(({ id }) => id === carrier);
  return [...lanes].sort((a, b) => place(a) - place(b));
}

type OnceLaneProps = { lane: OnceLane; carriers: readonly Carrier[]; phases: readonly Phase[] };

function Lane({ lane, carriers, phases }: OnceLaneProps) {
  const { t } = useApp();
  const { state, carrier, name } = lane;
  if (state === "measuring" || state === "measured") {
    const result = lane.result ?? undefined;
    return (
      <PhaseLane
        carriers={carriers}
        carrier={carrier}
        name={name}
        result={result}
        done={lane.done}
        phases={phases}
      />
    );
  }
  return (
    <div class="lane">
      <LaneName carriers={carriers} carrier={carrier} name={name} />
      <p class="sub">{t(`measure.${state}`)}</p>
    </div>
  );
}
