/** The newest round, carrier by carrier: each phase as long as it took, and where one failed. */
import type { SampleView, TargetView } from "../../../collector/wire/api-overview.ts";
import { PHASE_ORDER } from "../../charts/theme.ts";
import { causeText, unknownText } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { carrierName, useApp } from "../state/app.ts";

type WaterfallProps = { view: TargetView; names: ReadonlyMap<string, string> };

export function Waterfall({ view, names }: WaterfallProps) {
  const { t, f, language } = useApp();
  const order = new Map(view.carriers.map((carrier, i) => [carrier.id, i]));
  const latest = [...view.latest].sort((a, b) => (order.get(a.carrier) ?? 99) - (order.get(b.carrier) ?? 99));
  const newest = Math.max(0, ...latest.map((one) => one.sample.startedMs));
  if (latest.length === 0) return null;
  const longest = Math.max(1, ...latest.map((one) => lengthUs(one)));
  const whys = new Set(latest.map((one) => whyOf(one, t)));
  const shared = latest.length > 1 && whys.size === 1 ? ([...whys][0] ?? null) : null;
  const failed = latest.some((one) => one.sample.state === "down");
  const several = new Set(latest.map((one) => one.carrier)).size < latest.length;
  return (
    <section class="panel side-panel">
      <h2>{t("target.latest", { time: f.clock(newest) })}</h2>
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
      <PhaseKey />
    </section>
  );
}

export function PhaseKey() {
  const { t } = useApp();
  return (
    <div class="keyrow">
      {PHASE_ORDER.map((phase) => (
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
      <PhaseBar sample={sample} longest={longest} />
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

/** The phases of one sample on a common scale. */
export function PhaseBar({ sample, longest }: { sample: SampleView; longest: number }) {
  const { t, f } = useApp();
  const { timings, failure } = sample.sample;
  let x = 0;
  const bars = PHASE_ORDER.flatMap((phase) => {
    const us = timings[phase];
    if (us === null || us === 0) return [];
    const width = (us / longest) * 1000;
    const bar = { phase, x, width, text: `${t(`phase.${phase}`)} ${f.ms(us / 1000)}` };
    x += width;
    return [bar];
  });
  const failed = failure ? (failure.elapsedUs / longest) * 1000 : 0;
  const label = bars.map((bar) => bar.text).join(", ");
  return (
    <svg viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      {bars.map((bar) => (
        <rect key={bar.phase} class={`p-${bar.phase}`} x={bar.x} width={Math.max(2, bar.width)} height="12" />
      ))}
      {failed > 0 && <rect class="p-failed" x={x} width={Math.max(6, failed)} height="12" />}
    </svg>
  );
}

/** How long the sample's bar is, us; a failed one ends where its failing phase was given up. */
export function lengthUs({ sample }: SampleView): number {
  const phases = PHASE_ORDER.reduce((sum, phase) => sum + (sample.timings[phase] ?? 0), 0);
  return Math.max(sample.timings.total ?? 0, phases + (sample.failure?.elapsedUs ?? 0));
}
