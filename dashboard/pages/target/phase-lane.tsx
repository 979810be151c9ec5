/** One measurement as it happens at one vantage, phase by phase: of a new target, and of one asked for. */
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Phase } from "../../../collector/wire/metric.ts";
import type { OnceLane, OnceResult } from "../../../collector/wire/on-demand.ts";
import { carrierColor, PHASE_ORDER } from "../../charts/theme.ts";
import { msQuantity, type Quantity } from "../../i18n/format.ts";
import { unknownText } from "../../i18n/incident-text.ts";
import { Dot } from "../parts/fields.tsx";
import { PathView } from "../parts/path-view.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { ResultBars, ResultFacts, ResultFailure } from "./result-detail.tsx";

type LaneProps = {
  carriers: readonly Carrier[];
  /** Id. */
  carrier: string;
  /** The vantage's. */
  name: string;
  /** Absent = it is under way, or has not begun. */
  result: OnceResult | undefined;
  /** Metrics that are complete so far; absent = it has not begun. */
  done: OnceLane["done"] | undefined;
  /** Those its kind has. */
  phases?: readonly Phase[];
};

/** One measurement at one vantage: its phases as they come, then what came of it. */
export function PhaseLane({ carriers, carrier, name, result, done, phases = PHASE_ORDER }: LaneProps) {
  const { t, f } = useApp();
  const failure = result?.failure;
  const unknown = result ? unknownText(result, t) : null;
  return (
    <div class="lane">
      <div class="row">
        <LaneName carriers={carriers} carrier={carrier} name={name} />
        {result && <Outcome result={result} />}
      </div>
      {unknown === null && (
        <div class={`steps of-${phases.length + 1}`}>
          {phases.map((phase) => (
            <PhaseStep key={phase} phase={phase} result={result} completed={done} />
          ))}
          <Step
            name={t("metric.total")}
            state={result ? (failure ? "bad" : "done") : "wait"}
            quantity={result ? msQuantity(msOf(result.timings.total)) : null}
          />
        </div>
      )}
      {result && <ResultFailure result={result} />}
      {result?.detail.bodyBytes !== undefined && (
        <p class="small">
          {f.bytes(result.detail.bodyBytes)} · {f.speed(result.timings.speed)}
        </p>
      )}
      {result && unknown === null && (
        <details class="more">
          <summary>{t("detail.more")}</summary>
          <div class="stack">
            <ResultBars result={result} />
            <ResultFacts result={result} />
          </div>
        </details>
      )}
      {result?.path && <PathView evidence={result.path} carriers={carriers} />}
    </div>
  );
}

/** Carrier and vantage, with the carrier's colour. */
export function LaneName({ carriers, carrier: id, name }: Pick<LaneProps, "carriers" | "carrier" | "name">) {
  const { t, language, theme } = useApp();
  const carrier = carriers.find((one) => one.id === id);
  const text = carrierName(carriers, id, language);
  return (
    <span>
      <Dot color={carrierColor(carrier?.color ?? "#7d5fb8", theme.dark)} />
      {text === name ? name : t("target.first.from", { carrier: text, vantage: name })}
    </span>
  );
}

function Outcome({ result }: { result: OnceResult }) {
  const { t } = useApp();
  const { state, detail } = result;
  const chip = state === "suspect" ? "unknown" : state;
  return (
    <>
      <span class={`chip ${chip}`}>{t(`state.${state}`)}</span>
      {detail.status !== undefined && <span class="sub">HTTP {detail.status}</span>}
    </>
  );
}

type PhaseStepProps = {
  phase: Phase;
  result: OnceResult | undefined;
  completed: OnceLane["done"] | undefined;
};

/** A phase before, while and after it happens; a dash where the measurement has none (plain http has no TLS). */
function PhaseStep({ phase, result, completed }: PhaseStepProps) {
  const { t } = useApp();
  const name = t(`phase.${phase}`);
  if (result) {
    const { timings, failure } = result;
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
  const done = new Map(completed?.map((one) => [one.metric, one.us]));
  const us = done.get(phase);
  if (us !== undefined)
    return <Step name={name} state="done" quantity={msQuantity(us / 1000)} phase={phase} />;
  const at = PHASE_ORDER.indexOf(phase);
  const last = Math.max(-1, ...PHASE_ORDER.map((one, i) => (done.has(one) ? i : -1)));
  if (at < last) return <Step name={name} state="none" quantity={msQuantity(null)} />;
  return <Step name={name} state={completed && at === last + 1 ? "now" : "wait"} quantity={null} />;
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
