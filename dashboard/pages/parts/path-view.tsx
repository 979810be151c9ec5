/** A route to a target as its hops, each with its times as a bar, and where it ends. All text in it is hostile. */
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { PathEvidence } from "../../../collector/wire/path-evidence.ts";
import { type PathEnd, type PathRow, pathEnd, pathRows } from "../../charts/path-hops.ts";
import { carrierColor } from "../../charts/theme.ts";
import { networkText } from "../../i18n/event-text.ts";
import { listOf, type Speaker } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { carrierName, useApp } from "../state/app.ts";
import { Dot } from "./fields.tsx";
import { NetworkSource } from "./network-source.tsx";

type PathViewProps = { evidence: PathEvidence; carriers: readonly Carrier[] };

export function PathView({ evidence, carriers }: PathViewProps) {
  const { t, f, language } = useApp();
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  const { tool, address, port, takenMs } = evidence;
  const time = f.dayClock(takenMs);
  const end = pathEnd(evidence);
  return (
    <div class="path">
      <p class="small">
        {tool === null
          ? t("path.takenWithout", { time, address: address ?? "–", port })
          : t("path.taken", { time, tool, address: address ?? "–", port })}
      </p>
      <p class={end.kind === "reached" || end.kind === "none" ? "" : "bad-text"}>
        {tool === null ? t("path.none") : endText(end, speaker)}
        {evidence.note !== undefined && <span class="sub"> {t.said(evidence.note)}</span>}
      </p>
      {evidence.hops.length > 0 && (
        <ol class="hops">
          {pathRows(evidence).map((row) => (
            <HopRow
              key={row.kind === "hop" ? row.ttl : row.fromTtl}
              row={row}
              speaker={speaker}
              carriers={carriers}
            />
          ))}
        </ol>
      )}
      {evidence.hops.some(({ hint }) => hint) && <NetworkSource />}
      <Rest evidence={evidence} />
    </div>
  );
}

function endText(end: PathEnd, speaker: Speaker): string {
  const { t } = speaker;
  switch (end.kind) {
    case "reached":
      return t("path.reached", { n: end.ttl });
    case "stopped":
      return t("path.stopped", {
        n: end.ttl,
        address: end.address,
        network: networkText(end.hint, speaker),
      });
    case "silent":
      return t("path.stoppedAtOnce");
    case "none":
      return t("path.noHops");
  }
}

type HopRowProps = { row: PathRow; speaker: Speaker; carriers: readonly Carrier[] };

function HopRow({ row, speaker, carriers }: HopRowProps) {
  const { t, f, theme } = useApp();
  if (row.kind === "silent") return <li class="hop silent">{silentText(row, t)}</li>;
  const color = carriers.find((one) => one.id === row.hint?.carrier)?.color;
  return (
    <li class={`hop ${row.border ? "border" : ""} ${row.target ? "there" : ""}`}>
      <span class="n">{row.ttl}</span>
      <span class="mono who">{row.address}</span>
      <span class="net small">
        {row.hint && color && <Dot color={carrierColor(color, theme.dark)} />}
        {row.hint && networkText(row.hint, speaker)}
        {row.target && ` ${t("path.target")}`}
      </span>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect width={Math.max(0.8, row.share * 100)} height="8" />
      </svg>
      <span class="num" title={row.timesMs.map((ms) => f.ms(ms)).join(" · ")}>
        {f.ms(row.bestMs)}
      </span>
    </li>
  );
}

function silentText({ fromTtl, toTtl }: Extract<PathRow, { kind: "silent" }>, t: Translate): string {
  return fromTtl === toTtl
    ? t("path.silentOne", { from: fromTtl })
    : t("path.silent", { from: fromTtl, to: toTtl });
}

/** What came with the route, folded: answers, certificates, head. */
function Rest({ evidence }: { evidence: PathEvidence }) {
  const { t, f } = useApp();
  const { answers, resolver, chain, head } = evidence;
  if (answers.length === 0 && chain.length === 0 && head === undefined) return null;
  const list = listOf(answers, { t });
  return (
    <details class="more">
      <summary>{t("path.more")}</summary>
      <dl class="facts-list">
        {answers.length > 0 && (
          <>
            <dt>{t("path.answers")}</dt>
            <dd>{resolver === undefined ? list : t("path.by", { list, resolver })}</dd>
          </>
        )}
        {chain.length > 0 && (
          <>
            <dt>{t("path.chain")}</dt>
            <dd>
              {chain.map((one) => (
                <div key={`${one.subject} ${one.notAfterS}`}>
                  {t("target.detail.certificateUntil", {
                    subject: one.subject,
                    issuer: one.issuer,
                    date: f.date(one.notAfterS * 1000),
                  })}
                </div>
              ))}
            </dd>
          </>
        )}
        {head !== undefined && (
          <>
            <dt>{t("path.head")}</dt>
            <dd>
              <pre class="mono">{head}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}
