/** Head of a target's page: name, state, where it is and who measures it, the range, and what can be done with it. */
import { useState } from "preact/hooks";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { AlteredNow, TargetView } from "../../../collector/wire/api-overview.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { alteredWhat } from "../../i18n/event-text.ts";
import { incidentText, listOf, unknownText } from "../../i18n/incident-text.ts";
import { AlteredTable } from "../parts/altered.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Link } from "../parts/link.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useCollectorNow } from "../state/resource.ts";
import type { MeasureNow } from "./measure-now.tsx";
import type { Span } from "./range.ts";
import { RangeSwitch } from "./range-switch.tsx";

/** Characters of a URL that are shown; the form and the link hold all of it. */
const URL_SHOWN = 140;

type TargetHeadProps = {
  view: TargetView;
  span: Span;
  chart: ChartData | null;
  onSpan: (span: Span) => void;
  onChanged: () => void;
  measure: Pick<MeasureNow, "busy" | "ask">;
};

export function TargetHead({ view, span, chart, onSpan, onChanged, measure }: TargetHeadProps) {
  const { t, f } = useApp();
  const { target, status } = view.row;
  const { kind } = shapeOf(target.url);
  return (
    <>
      <div class="thead">
        <div>
          <div class="small">
            <Link to="/">{t("nav.overview")}</Link> / {target.group}
          </div>
          <div class="name">
            <h1>{target.name}</h1>
            <span class={`chip ${status}`}>{t(`status.${status}`)}</span>
            {view.row.cells.some((cell) => cell.altered) && (
              <span class="chip altered">{t("altered.badge")}</span>
            )}
          </div>
          <div class="where">
            <UrlLink url={target.url} />
            {kind !== "http" && ` · ${t(`kind.${kind}`)}`} · {f.every(target.stepS)}
            <SeenFrom chart={chart} view={view} />
          </div>
        </div>
        <div class="side">
          <RangeSwitch span={span} shown={chart} onSpan={onSpan} />
          <Actions view={view} onChanged={onChanged} measure={measure} />
        </div>
      </div>
      <OpenIncident view={view} />
      <Unmeasured view={view} />
      {view.row.cells.map(
        (cell) =>
          cell.altered && (
            <AlteredNotice key={cell.carrier} view={view} carrier={cell.carrier} altered={cell.altered} />
          ),
      )}
    </>
  );
}

function UrlLink({ url }: { url: string }) {
  const { t } = useApp();
  const shown = url.length > URL_SHOWN ? `${url.slice(0, URL_SHOWN)}…` : url;
  if (!/^https?:\/\//i.test(url)) return <span class="mono">{shown}</span>;
  const title =
    shown === url ? t("target.opensNew") : t("common.says", { name: t("target.opensNew"), text: url });
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" title={title}>
      {shown}
    </a>
  );
}

/** Which carriers look at it, and from how many places. */
function SeenFrom({ chart, view }: { chart: ChartData | null; view: TargetView }) {
  const { t, language } = useApp();
  const parts = (chart?.series ?? [])
    .filter((series) => series.vantages.length > 0)
    .map((series) =>
      t("target.vantages", {
        carrier: carrierName(view.carriers, series.carrier, language),
        n: series.vantages.length,
      }),
    );
  return parts.length === 0 ? null : <> · {t("target.vantagesOf", { list: listOf(parts, { t }) })}</>;
}

function Actions({ view, onChanged, measure }: Pick<TargetHeadProps, "view" | "onChanged" | "measure">) {
  const { t, client, router } = useApp();
  const [asking, setAsking] = useState<"pause" | "remove" | null>(null);
  const { target, status } = view.row;
  const paused = status === "paused";
  const act = async (verb: "pause" | "resume") => {
    await client.post(`/targets/${target.id}/${verb}`);
    onChanged();
  };
  return (
    <div class="row">
      <button type="button" class="btn" disabled={measure.busy} onClick={() => measure.ask()}>
        {t("measure.now")}
      </button>
      <Link to={`/targets/${target.id}/edit`} class="btn">
        {t("common.edit")}
      </Link>
      <button type="button" class="btn" onClick={() => (paused ? void act("resume") : setAsking("pause"))}>
        {t(paused ? "target.resume" : "target.pause")}
      </button>
      <button type="button" class="btn danger" onClick={() => setAsking("remove")}>
        {t("common.remove")}
      </button>
      {asking === "pause" && (
        <Confirm
          title={t("target.pause.title", { name: target.name })}
          text={t("target.pause.text")}
          action={t("target.pause")}
          onConfirm={() => act("pause")}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "remove" && (
        <Confirm
          title={t("target.remove.title", { name: target.name })}
          text={t("target.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={async () => {
            await client.remove(`/targets/${target.id}?version=${target.version}`);
            router.go("/");
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

/** What is wrong now, in one sentence with numbers. */
function OpenIncident({ view }: { view: TargetView }) {
  const { t, f, language } = useApp();
  const nowMs = useCollectorNow(view.nowMs, 30_000);
  const { incident } = view.row;
  if (!incident || incident.toS !== null) return null;
  const speaker = { t, f, carrier: (id: string) => carrierName(view.carriers, id, language) };
  const sinceMs = incident.fromS * 1000;
  const time = nowMs - sinceMs > 20 * 3_600_000 ? f.dayClock(sinceMs) : f.clock(sinceMs);
  return (
    <div class={`say ${incident.class}`} role="status">
      <span class={`chip ${incident.class}`}>{t("incident.since", { time })}</span>
      <span>
        {incidentText(incident, speaker)}
        <span class="sub">
          {" "}
          · {t("incident.lasting", { duration: f.duration((nowMs - sinceMs) / 1000) })}
        </span>
      </span>
    </div>
  );
}

/** Why nobody can measure it, where no carrier has data and the probes said why. */
function Unmeasured({ view }: { view: TargetView }) {
  const { t } = useApp();
  if (view.row.status !== "unknown" || view.row.incident) return null;
  const whys = view.latest.map((one) => unknownText(one.sample, t)).filter((why) => why !== null);
  if (whys.length === 0) return null;
  return (
    <p class="say" role="status">
      <span>
        <b>{t("state.unknown")}</b> · {whys[0]}
      </span>
    </p>
  );
}

type AlteredNoticeProps = { view: TargetView; carrier: string; altered: AlteredNow };

/** Whose users get another answer now, and what differs in it. */
function AlteredNotice({ view, carrier, altered }: AlteredNoticeProps) {
  const { t, f, language } = useApp();
  const { sinceS, differs } = altered;
  const name = carrierName(view.carriers, carrier, language);
  return (
    <details class="say slow altered-now">
      <summary>
        <span class="chip slow">{t("incident.since", { time: f.dayClock(sinceS * 1000) })}</span>
        <span>{t("altered.now", { carrier: name, what: alteredWhat(differs, { t }) })}</span>
      </summary>
      <AlteredTable differs={differs} />
    </details>
  );
}
