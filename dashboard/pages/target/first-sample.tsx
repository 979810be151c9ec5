/** The first measurement of a new target, phase by phase as it happens, at every vantage. */
import { useState } from "preact/hooks";
import type { SampleView, TargetView } from "../../../collector/wire/api-overview.ts";
import type { Phase } from "../../../collector/wire/metric.ts";
import type { ProgressEvent } from "../../api/live.ts";
import { carrierColor, PHASE_ORDER } from "../../charts/theme.ts";
import { msQuantity, type Quantity } from "../../i18n/format.ts";
import { causeText, unknownText } from "../../i18n/incident-text.ts";
import { Dot } from "../parts/fields.tsx";
import { Link } from "../parts/link.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useLive } from "../state/resource.ts";

type FirstSampleProps = {
  view: TargetView;
  names: ReadonlyMap<string, string>;
  arrived: readonly SampleView[];
};

export function FirstSample({ view, names, arrived }: FirstSampleProps) {
  const { t, live } = useApp();
  const { target } = view.row;
  const [, redraw] = useState(0);
  useLive((news) => {
    if (news.type === "progress" && news.progress.target === target.id) redraw((n) => n + 1);
  });
  const samples = new Map([...view.latest, ...arrived].map((one) => [one.vantage, one]));
  const progress = live?.progressOf(target.id) ?? new Map<string, ProgressEvent>();
  const vantages = [...new Set([...samples.keys(), ...progress.keys()])].sort();
  const nobody = view.row.cells.every((cell) => cell.state === "none");
  const done = vantages.length > 0 && vantages.every((vantage) => samples.has(vantage));
  return (
    <section class="panel first" aria-live="polite">
      <div>
        <h2>{t(done ? "target.first.done" : "target.first.title")}</h2>
        {!done && <p class="sub">{t(nobody ? "target.first.nobody" : "target.first.text")}</p>}
      </div>
      {nobody && (
        <Link to="/vantages" class="link">
          {t("vantages.add")}
        </Link>
      )}
      {!nobody && vantages.length === 0 && <p class="watch">{t("target.first.waiting")}</p>}
      {vantages.map((vantage) => (
        <Lane
          key={vantage}
          view={view}
          name={names.get(vantage) ?? vantage}
          sample={samples.get(vantage)}
          progress={progress.get(vantage)}
        />
      ))}
    </section>
  );
}

type LaneProps = {
  view: TargetView;
  name: string;
  sample: SampleView | undefined;
  progress: ProgressEvent | undefined;
};

function Lane({ view, name, sample, progress }: LaneProps) {
  const { t, f, language, theme } = useApp();
  const id = sample?.carrier ?? progress?.carrier ?? "";
  const carrier = view.carriers.find((one) => one.id === id);
  const failure = sample?.sample.failure;
  const unknown = sample ? unknownText(sample.sample, t) : null;
  const carrierText = carrierName(view.carriers, id, language);
  return (
    <div class="lane">
      <div class="row">
        <span>
          <Dot color={carrierColor(carrier?.color ?? "#7d5fb8", theme.dark)} />
          {carrierText === name ? name : t("target.first.from", { carrier: carrierText, vantage: name })}
        </span>
        {sample && <Outcome sample={sample} />}
      </div>
      <div class="steps">
        {PHASE_ORDER.map((phase) => (
          <PhaseStep key={phase} phase={phase} sample={sample} progress={progress} />
        ))}
        <Step
          name={t("metric.total")}
          state={sample ? (failure ? "bad" : "done") : "wait"}
          quantity={sample ? msQuantity(msOf(sample.sample.timings.total)) : null}
        />
      </div>
      {failure && <p class="bad-text">{causeText(failure, t)}</p>}
      {unknown !== null && <p class="sub">{unknown}</p>}
      {sample?.sample.state === "suspect" && <p class="sub">{t("suspect.text")}</p>}
      {sample && sample.sample.detail.bodyBytes !== undefined && (
        <p class="small">
          {f.bytes(sample.sample.detail.bodyBytes)} · {f.speed(sample.sample.timings.speed)}
        </p>
      )}
    </div>
  );
}

function Outcome({ sample }: { sample: SampleView }) {
  const { t } = useApp();
  const { state, detail } = sample.sample;
  const chip = state === "suspect" ? "unknown" : state;
  return (
    <>
      <span class={`chip ${chip}`}>{t(`state.${state}`)}</span>
      {detail.status !== undefined && <span class="sub">HTTP {detail.status}</span>}
    </>
  );
}

type PhaseStepProps = { phase: Phase; sample: SampleView | undefined; progress: ProgressEvent | undefined };

/** A phase before, while and after it happens; a dash where the measurement has none (plain http has no TLS). */
function PhaseStep({ phase, sample, progress }: PhaseStepProps) {
  const { t } = useApp();
  const name = t(`phase.${phase}`);
  if (sample) {
    const { timings, failure } = sample.sample;
    if (failure?.phase === phase)
      return <Step name={name} state="bad" quantity={msQuantity(msOf(failure.elapsedUs))} />;
    return (
      <Step
        name={name}
        state={timings[phase] === null ? "none" : "done"}
        quantity={msQuantity(msOf(timings[phase]))}
        phase={phase}
      />
    );
  }
  const done = new Map(progress?.progress.done.map((one) => [one.metric, one.us]));
  const us = done.get(phase);
  if (us !== undefined)
    return <Step name={name} state="done" quantity={msQuantity(us / 1000)} phase={phase} />;
  const at = PHASE_ORDER.indexOf(phase);
  const last = Math.max(-1, ...PHASE_ORDER.map((one, i) => (done.has(one) ? i : -1)));
  if (at < last) return <Step name={name} state="none" quantity={msQuantity(null)} />;
  return <Step name={name} state={progress && at === last + 1 ? "now" : "wait"} quantity={null} />;
}

type StepProps = {
  name: string;
  state: "wait" | "now" | "done" | "bad" | "none";
  quantity: Quantity | null;
  phase?: Phase;
};

function Step({ name, state, quantity, phase }: StepProps) {
  return (
    <div class={`${state} ${phase ? `p-${phase}` : ""}`}>
      {name}
      <b>{quantity ? `${quantity.value} ${quantity.unit}` : "…"}</b>
    </div>
  );
}

function msOf(us: number | null): number | null {
  return us === null ? null : us / 1000;
}
