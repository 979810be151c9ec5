/** The three charts of a target over one range, the carriers to show, and the numbers under each. */
import { useMemo, useState } from "preact/hooks";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { type EventMark, eventMarks } from "../../charts/event-marks.ts";
import { columnsOf, hidesFiring, limitFor } from "../../charts/lines.ts";
import type { ChartInput, Line, LinesMetric } from "../../charts/metric-chart.ts";
import { linesChart } from "../../charts/metric-chart.ts";
import { phasesChart } from "../../charts/phases-chart.ts";
import { type Shape, shapeOf } from "../../charts/target-kind.ts";
import { carrierColor, DARK, LIGHT } from "../../charts/theme.ts";
import { chartText, rowText } from "../../i18n/chart-text.ts";
import { eventText, standing } from "../../i18n/event-text.ts";
import type { Key } from "../../i18n/translate.ts";
import { ChartCanvas } from "../parts/chart-canvas.tsx";
import { Dot } from "../parts/fields.tsx";
import { type App, carrierName, useApp } from "../state/app.ts";
import { Availability } from "./availability.tsx";
import { Legend } from "./legend.tsx";
import { ValueTable } from "./value-table.tsx";
import { PhaseKey } from "./waterfall.tsx";

/** A window this narrow has a chart with room for few marks. */
const PHONE_PX = 781;
const PHONE_PLACES = 8;

type ChartsProps = {
  data: ChartData;
  target: Target;
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
  onSpan: (fromS: number, toS: number) => void;
};

export function Charts({ data, target, carriers, names, onSpan }: ChartsProps) {
  const app = useApp();
  const { t, f, language, theme } = app;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const all: Line[] = useMemo(
    () =>
      data.series.map((series) => {
        const carrier = carriers.find((one) => one.id === series.carrier);
        return {
          carrier: series.carrier,
          name: carrier?.name[language] ?? series.carrier,
          color: carrierColor(carrier?.color ?? "#7d5fb8", theme.dark),
        };
      }),
    [data, carriers, language, theme.dark],
  );
  const shown = all.filter((line) => !hidden.has(line.carrier));
  const lines = shown.length === 0 ? all : shown;
  const only = (carrier: string | null) =>
    setHidden(
      new Set(carrier === null ? [] : all.map((line) => line.carrier).filter((id) => id !== carrier)),
    );
  const single = lines.length === 1 ? lines[0] : undefined;
  const events = useMemo(() => {
    const speaker = {
      ...{ t, f, carrier: (id: string) => carrierName(carriers, id, language) },
      vantage: (id: string) => names.get(id) ?? id,
    };
    const marked = standing(data.events).map((event) => ({
      ...{ atS: event.atS, kind: event.kind, text: eventText(event, speaker) },
    }));
    return eventMarks(marked, data.fromS, data.toS, innerWidth < PHONE_PX ? PHONE_PLACES : undefined);
  }, [data, carriers, names, t, f]);
  const parts = { data, target, lines, all, single, events, onSpan, only };
  return (
    <div class="stack">
      {all.length > 1 && <CarrierPick all={all} single={single} onPick={only} />}
      {chartsOf(target).map((metric) => (
        <MetricPanel key={metric} metric={metric} {...parts} />
      ))}
      <Availability data={data} lines={lines} madeS={target.createdS} />
    </div>
  );
}

/** Those of its kind; the first byte has one where its percentiles are kept. */
function chartsOf(target: Target): readonly LinesMetric[] {
  const { charts } = shapeOf(target.url);
  return charts.flatMap((metric) =>
    metric === "total" && target.percentiles?.includes("ttfb") ? [metric, "ttfb" as const] : [metric],
  );
}

type CarrierPickProps = {
  all: readonly Line[];
  single: Line | undefined;
  onPick: (carrier: string | null) => void;
};

function CarrierPick({ all, single, onPick }: CarrierPickProps) {
  const { t } = useApp();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot lay out as a row in every browser.
    <div class="choices" role="group" aria-label={t("target.carrierFilter")}>
      <button type="button" class="pickone" aria-pressed={single === undefined} onClick={() => onPick(null)}>
        {t("target.allCarriers")}
      </button>
      {all.map((line) => (
        <button
          key={line.carrier}
          type="button"
          class="pickone"
          aria-pressed={single?.carrier === line.carrier}
          onClick={() => onPick(single?.carrier === line.carrier ? null : line.carrier)}
        >
          <Dot color={line.color} />
          {line.name}
        </button>
      ))}
    </div>
  );
}

type PanelProps = {
  metric: LinesMetric;
  data: ChartData;
  target: Target;
  lines: readonly Line[];
  all: readonly Line[];
  single: Line | undefined;
  events: readonly EventMark[];
  onSpan: (fromS: number, toS: number) => void;
  only: (carrier: string | null) => void;
};

function MetricPanel({ metric, data, target, lines, all, single, events, onSpan, only }: PanelProps) {
  const app = useApp();
  const { t, f, language, theme } = app;
  const [asTable, setAsTable] = useState(false);
  const { kind } = shapeOf(target.url);
  const areas = metric === "total" && single !== undefined && kind !== "dns";
  const config = useMemo(() => {
    const input = { ...chartInput(app, metric, data, target, lines), events };
    return areas && single
      ? phasesChart(single, (phase) => t(`phase.${phase}`), input)
      : linesChart(metric, input);
  }, [data, target, events, lines.map((line) => line.carrier).join(), language, theme.dark, f]);
  const empty = data.series.every((series) =>
    columnsOf(series, metric).AVERAGE.every((value) => value === null),
  );
  const failed = data.series.some((series) => series.availability.counts.down > 0);
  const title = t(areas ? "target.chart.phases" : titleOf(metric, kind));
  const worst = !areas && showsWorst(metric, data, target, lines);
  return (
    <section class="panel chart">
      <header>
        <h2>{title}</h2>
        <span class="small hide-phone">
          {metric === "speed" && `${t("target.chart.speedNote")} · `}
          {metric === "connect" && `${t("chart.connectNote")} · `}
          {rowText(t, f, data)}
          {worst && ` · ${t("target.chart.worst")}`} · {t("target.chart.zoom")}
        </span>
        <button type="button" class="quiet push" onClick={() => setAsTable(!asTable)} aria-expanded={asTable}>
          {t(asTable ? "target.chart.hideTable" : "target.chart.table")}
        </button>
      </header>
      <ChartCanvas
        config={config}
        label={title}
        onSpan={onSpan}
        empty={empty ? t(failed ? "target.chart.allFailed" : "target.chart.empty") : undefined}
      />
      {areas && <PhaseKey phases={shapeOf(target.url).phases} />}
      {asTable && <ValueTable metric={metric} data={data} lines={lines} />}
      <Legend metric={metric} data={data} target={target} lines={all} shown={lines} onPick={only} />
    </section>
  );
}

function titleOf(metric: LinesMetric, kind: Shape["kind"]): Key {
  if (metric === "speed") return "target.chart.speed";
  if (metric === "ttfb") return "metric.ttfb";
  if (metric === "connect" || kind === "tcp") return "chart.connect";
  if (kind === "dns") return "chart.query";
  return kind === "tls" ? "chart.handshake" : "target.chart.response";
}

function chartInput(
  app: App,
  metric: LinesMetric,
  data: ChartData,
  target: Target,
  lines: readonly Line[],
): ChartInput {
  const { t, f, theme, language } = app;
  return {
    data,
    target,
    lines,
    theme: theme.dark ? DARK : LIGHT,
    timeZone: f.timeZone,
    language,
    text: chartText(t, f, metric, data),
  };
}

function showsWorst(metric: LinesMetric, data: ChartData, target: Target, lines: readonly Line[]): boolean {
  return data.series.some(
    (series) =>
      lines.some((line) => line.carrier === series.carrier) &&
      hidesFiring(
        columnsOf(series, metric),
        limitFor(target.alarm.lines[metric], series.carrier),
        metric === "speed",
      ),
  );
}
