/**
 * All that is known of one measurement, stored or asked for now: its waterfall, hop by hop where it was redirected, what
 * went wrong and what to do, and the facts. Texts from the answer are hostile: shown as text, never as markup.
 */
import type { OnceResult } from "../../../collector/wire/on-demand.ts";
import type { HopDetail } from "../../../collector/wire/sample.ts";
import { barLengthUs, hopUs } from "../../charts/phase-bars.ts";
import { PHASE_ORDER } from "../../charts/theme.ts";
import { causeText, unknownText } from "../../i18n/incident-text.ts";
import { type Fact, factGroups } from "../../i18n/sample-facts.ts";
import { PhaseBar } from "../parts/phase-bar.tsx";
import { useApp } from "../state/app.ts";

type Result = Omit<OnceResult, "path">;

/** The bar with its times, and the bars of its hops. */
export function ResultBars({ result }: { result: Result }) {
  const { t, f } = useApp();
  const { timings, failure, detail } = result;
  const { hops = [] } = detail;
  const tlsNetUs = detail.tlsNetUs ?? null;
  const known = PHASE_ORDER.filter((phase) => timings[phase] !== null);
  if (known.length === 0 && !failure) return null;
  return (
    <div class="bar-alone">
      <PhaseBar
        times={timings}
        failure={failure}
        longestUs={barLengthUs(timings, failure)}
        tlsNetUs={hops.length > 0 ? null : tlsNetUs}
      />
      <div class="keyrow">
        {known.map((phase) => (
          <span key={phase}>
            <span class={`dot p-${phase}`} aria-hidden="true" />
            {t(`phase.${phase}`)} {f.ms((timings[phase] ?? 0) / 1000)}
            {phase === "tls" && tlsNetUs !== null && (
              <span class="quiet-note" title={t("detail.tlsNet.title")}>
                {" "}
                ({t("detail.tlsNet", { value: f.ms(tlsNetUs / 1000) })})
              </span>
            )}
          </span>
        ))}
        {timings.ttfb !== null && (
          <span>
            {t("metric.ttfb")} {f.ms(timings.ttfb / 1000)}
          </span>
        )}
        {timings.total !== null && (
          <span>
            {t("metric.total")} {f.ms(timings.total / 1000)}
          </span>
        )}
      </div>
      {hops.length > 0 && <Hops hops={hops} tlsNetUs={tlsNetUs} />}
    </div>
  );
}

function Hops({ hops, tlsNetUs }: { hops: readonly HopDetail[]; tlsNetUs: number | null }) {
  const { t, f } = useApp();
  const longest = Math.max(1, ...hops.map(hopUs));
  return (
    <ol class="redirects" aria-label={t("detail.hops")}>
      {hops.map((hop, i) => (
        <li key={`${i}-${hop.url}`}>
          <span class="small">{hop.status ?? t("detail.hop", { n: i + 1 })}</span>
          <span class="mono where" title={hop.address}>
            {hop.url}
          </span>
          <PhaseBar times={hop} longestUs={longest} tlsNetUs={i === hops.length - 1 ? tlsNetUs : null} />
          <span class="num small">{f.ms(hopUs(hop) / 1000)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What went wrong, in words, and what to do about it. */
export function ResultFailure({ result }: { result: Result }) {
  const { t } = useApp();
  const { failure, state } = result;
  const unknown = unknownText(result, t);
  return (
    <>
      {failure && (
        <div class="failed">
          <p class="bad-text">
            {t("failure.sentence", { phase: t(`phase.${failure.phase}`), cause: causeText(failure, t) })}
          </p>
          {failure.detail && <p class="mono">{t.said(failure.detail)}</p>}
          <p class="sub">
            <b>{t("do.title")}</b> {t(`do.${failure.cause}`)}
          </p>
        </div>
      )}
      {state === "suspect" && <p class="sub">{t("suspect.text")}</p>}
      {unknown !== null && <p class="sub">{unknown}</p>}
    </>
  );
}

/** The facts in their groups. `first`: facts of the measurement that stand in front. */
export function ResultFacts({ result, first = [] }: { result: Result; first?: readonly Fact[] }) {
  const { t, f } = useApp();
  const groups = factGroups(result.detail, result.startedMs, { t, f });
  const measured = t("detail.measurement");
  const own = groups.find(({ title }) => title === measured);
  const all = [
    ...groups.filter((group) => group !== own),
    { title: measured, facts: [...first, ...(own?.facts ?? [])] },
  ].filter(({ facts }) => facts.length > 0);
  return (
    <div class="fact-groups">
      {all.map(({ title, facts }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl class="facts-list">
            {facts.map(({ name, value, bad }) => (
              <>
                <dt>{name}</dt>
                <dd class={bad ? "warn-text" : ""}>{value}</dd>
              </>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
