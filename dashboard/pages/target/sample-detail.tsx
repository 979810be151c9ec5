/** All that is known of one measurement. Texts from the answer are hostile: they are shown as text, never as markup. */
import type { ComponentChildren } from "preact";
import type { SampleView } from "../../../collector/wire/api-overview.ts";
import { PHASE_ORDER } from "../../charts/theme.ts";
import { causeText, unknownText } from "../../i18n/incident-text.ts";
import { useApp } from "../state/app.ts";
import { lengthUs, PhaseBar } from "./waterfall.tsx";

export function SampleDetail({ view }: { view: SampleView }) {
  const { t, f } = useApp();
  const { sample } = view;
  const { detail, failure, timings } = sample;
  const unknown = unknownText(sample, t);
  return (
    <div class="stack">
      <div class="bar-alone">
        <PhaseBar sample={view} longest={lengthUs(view)} />
        <div class="keyrow">
          {PHASE_ORDER.filter((phase) => timings[phase] !== null).map((phase) => (
            <span key={phase}>
              <span class={`dot p-${phase}`} aria-hidden="true" />
              {t(`phase.${phase}`)} {f.ms((timings[phase] ?? 0) / 1000)}
            </span>
          ))}
          {timings.ttfb !== null && (
            <span>
              {t("metric.ttfb")} {f.ms(timings.ttfb / 1000)}
            </span>
          )}
        </div>
      </div>
      {failure && (
        <p class="bad-text">
          {t("failure.sentence", {
            phase: t(`phase.${failure.phase}`),
            cause: causeText(failure, t),
          })}
        </p>
      )}
      {sample.state === "suspect" && <p class="sub">{t("suspect.text")}</p>}
      {failure?.detail && <p class="mono">{failure.detail}</p>}
      {unknown !== null && <p class="sub">{unknown}</p>}
      <dl class="detail">
        <Fact name={t("target.col.time")}>{f.full(sample.startedMs)}</Fact>
        <Fact name={t("target.detail.arrived")}>
          {f.clockSeconds(view.receivedMs)} ·{" "}
          {t(view.live ? "target.detail.live" : "target.detail.lateArrival")}
        </Fact>
        <Fact name={t("target.detail.address")}>
          {detail.address && `${detail.address}${detail.family ? ` (IPv${detail.family})` : ""}`}
        </Fact>
        <Fact name={t("target.detail.protocol")}>
          {[detail.protocol, detail.tlsProtocol].filter(Boolean).join(" · ")}
        </Fact>
        <Fact name={t("target.detail.redirects")}>
          {detail.redirects ? String(detail.redirects) : undefined}
        </Fact>
        <Fact name={t("target.detail.finalUrl")}>{detail.redirects ? detail.finalUrl : undefined}</Fact>
        <Fact name={t("target.detail.body")}>
          {detail.bodyBytes === undefined ? undefined : f.bytes(detail.bodyBytes)}
        </Fact>
        <Fact name={t("target.detail.wire")}>
          {detail.wireBytes === undefined ? undefined : f.bytes(detail.wireBytes)}
        </Fact>
        <Fact name={t("target.detail.receive")}>
          {detail.receiveBps ? f.speed(detail.receiveBps) : undefined}
        </Fact>
        <Fact name={t("target.detail.certificate")}>
          {detail.certificate &&
            t("target.detail.certificateUntil", {
              subject: detail.certificate.subject,
              date: f.date(detail.certificate.notAfterS * 1000),
              issuer: detail.certificate.issuer,
            })}
        </Fact>
        <Fact name={t("target.detail.late")}>
          {detail.lateMs === undefined ? undefined : f.ms(detail.lateMs)}
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === undefined || children === "" || children === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
