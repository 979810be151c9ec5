/** The newest round, carrier by carrier: each phase as long as it took, and where one failed. */
import type { SampleView, TargetView } from "../../../collector/wire/api-overview.ts";
import type { Phase } from "../../../collector/wire/metric.ts";
import { barLengthUs } from "../../charts/phase-bars.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { PHASE_ORDER } from "../../charts/theme.ts";
import { causeText, unknownText } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { PhaseBar } from "../parts/phase-bar.tsx";
import { carrierName, useApp } from "../state/app.ts";

type WaterfallProps = { view: TargetView; names: ReadonlyMap<string, string> };

export function Waterfall({ view, names }: WaterfallProps) {
  const { t, f, language } = useApp();
  const order = new Map(view.carriers.map((carrier, i) => [carrier.id, i]));
  const latest = [...view.latest].sort((a, b) => (order.get(a.carrier) ?? 99) - (order.get(b.carrier) ?? 99));
  const newest = Math.max(0, ...latest.map((one) => one.sample.startedMs));
  if (latest.length === 0) return null;
  const stepS = Math.min(...latest.map((one) => one.sample.stepS));
  const longest = Math.max(1, ...latest.map(({ sample }) => barLengthUs(sample.timings, sample.failure)));
  const whys = new Set(latest.map((one) => whyOf(one, t)));
  const shared = latest.length > 1 && whys.size === 1 ? ([...whys][0] ?? null) : null;
  const failed = latest.some((one) => one.sample.state === "down");
  const several = new Set(latest.map((one) => one.carrier)).size < latest.length;
  return (
    <section class="panel side-panel">
      <h2>{t("target.latest", { time: f.tick(newest, stepS) })}</h2>
      <div class="wf">
        {latest.map((one) => {
          const carrier = carrierName(view.carriers, one.carrier, language);
          return (
            <Lane
              key={one.vantage}
              name={several ? (names.get(one.vantage) ?? one.vantage) : carrier}
              sample={one}
              longest={longest}
              why={shared === null ? whyOf(one, t) : null}
            />
          );
        })}
        {shared !== null && <span class={failed ? "why" : "why quiet-text"}>{shared}</span>}
      </div>
      <PhaseKey phases={shapeOf(view.row.target.url).phases} />
    </section>
  );
}

export function PhaseKey({ phases = PHASE_ORDER }: { phases?: readonly Phase[] }) {
  const { t } = useApp();
  return (
    <div class="keyrow">
      {phases.map((phase) => (
        <span key={phase}>
          <span class={`dot p-${phase}`} aria-hidden="true" />
          {t(`phase.${phase}`)}
        </span>
      ))}
    </div>
  );
}

type LaneProps = { name: string; sample: SampleView; longest: number; why: string | null };

function Lane({ name, sample, longest, why }: LaneProps) {
  const { t, f } = useApp();
  const { timings, state } = sample.sample;
  const unknown = state === "unknown";
  return (
    <div class="r">
      <span title={name}>{name}</span>
      <PhaseBar
        times={timings}
        failure={sample.sample.failure}
        longestUs={longest}
        tlsNetUs={sample.sample.detail.hops ? null : (sample.sample.detail.tlsNetUs ?? null)}
      />
      <span class="num">
        {timings.total !== null ? (
          f.ms(timings.total / 1000)
        ) : (
          <span class={unknown ? "quiet-text" : "bad-text"}>
            {t(unknown ? "state.unknown" : "short.down")}
          </span>
        )}
      </span>
      {why !== null && <span class={unknown ? "why quiet-text" : "why"}>{why}</span>}
    </div>
  );
}

/** Why a sample has no total; null = it has one. */
function whyOf({ sample }: SampleView, t: Translate): string | null {
  if (sample.failure) return causeText(sample.failure, t);
  return unknownText(sample, t);
}
