/** The chart of one metric: what it draws of each row, the lines, their values as a table, and the numbers under them. */
import { useMemo, useState } from "preact/hooks";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { QueryColumns } from "../../../collector/wire/api-query.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { ApiError } from "../../api/client.ts";
import {
  answeredRows,
  type Drawn,
  type DrawnRows,
  drawnColumn,
  drawnFor,
  drawnQuestion,
  isKept,
  keptRows,
} from "../../charts/drawn.ts";
import type { EventMark } from "../../charts/event-marks.ts";
import { hiddenWorst, limitFor } from "../../charts/lines.ts";
import { type ChartInput, type Line, type LinesMetric, linesChart } from "../../charts/metric-chart.ts";
import { phasesChart } from "../../charts/phases-chart.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { DARK, LIGHT } from "../../charts/theme.ts";
import { chartText, chartTitle, drawnName, rowText } from "../../i18n/chart-text.ts";
import { ChartCanvas } from "../parts/chart-canvas.tsx";
import { SmallSelect } from "../parts/fields.tsx";
import { problemText } from "../parts/problem.tsx";
import { type App, useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { Legend } from "./legend.tsx";
import { ValueTable } from "./value-table.tsx";
import { PhaseKey } from "./waterfall.tsx";

/** Rows asked for, as for the page's own data. */
const POINTS = 600;

type PanelProps = {
  metric: LinesMetric;
  data: ChartData;
  target: Target;
  lines: readonly Line[];
  all: readonly Line[];
  single: Line | undefined;
  events: readonly EventMark[];
  drawn: Drawn;
  onDrawn: (drawn: Drawn) => void;
  onSpan: (fromS: number, toS: number) => void;
  only: (carrier: string | null) => void;
};

export function MetricPanel(props: PanelProps) {
  const { metric, data, target, lines, all, single, events, onDrawn, onSpan, only } = props;
  const app = useApp();
  const { t, f, language, theme } = app;
  const [asTable, setAsTable] = useState(false);
  const offered = drawnFor(metric, target);
  const drawn = offered.find((one) => one === props.drawn) ?? "AVERAGE";
  const { rows, refused } = useRows(data, metric, drawn);
  const { kind } = shapeOf(target.url);
  const areas = metric === "total" && single !== undefined && kind !== "dns" && drawn === "AVERAGE";
  const config = useMemo(() => {
    const input = { ...chartInput(app, { metric, data, target, lines, rows }), events };
    return areas && single
      ? phasesChart(single, (phase) => t(`phase.${phase}`), input)
      : linesChart(metric, input);
  }, [data, target, events, rows, lines.map((line) => line.carrier).join(), language, theme.dark, f]);
  const title = t(areas ? "target.chart.phases" : chartTitle(metric, kind));
  const worst = !areas && showsWorst(metric, rows, target, lines);
  return (
    <section class="panel chart">
      <header>
        <h2>{title}</h2>
        <SmallSelect
          label={`${title}: ${t("target.chart.drawn")}`}
          value={drawn}
          options={offered.map((value) => ({ value, label: drawnName(t, value) }))}
          onValue={onDrawn}
        />
        <span class="small hide-phone">
          {metric === "speed" && `${t("target.chart.speedNote")} · `}
          {metric === "connect" && `${t("chart.connectNote")} · `}
          {rowText(t, f, rows, data.stepS)}
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
        empty={emptyText(app, data, rows, refused)}
      />
      {areas && <PhaseKey phases={shapeOf(target.url).phases} />}
      {asTable && <ValueTable metric={metric} rows={rows} lines={lines} />}
      <Legend
        metric={metric}
        data={data}
        rows={rows}
        target={target}
        lines={all}
        shown={lines}
        onPick={only}
      />
    </section>
  );
}

/** What is drawn: of the page's own data, or asked for. While it is, and where it is refused, there is nothing yet. */
function useRows(data: ChartData, metric: LinesMetric, drawn: Drawn): { rows: DrawnRows; refused: unknown } {
  const { client } = useApp();
  const kept = isKept([drawn]);
  const question = new URLSearchParams(drawnQuestion(data, metric, [drawn], POINTS));
  const path = kept ? "" : `/query?${question}`;
  const asked = useResource<{ drawn: Drawn; answer: QueryColumns } | null>(path, async (signal) =>
    path === "" ? null : { drawn, answer: await client.get<QueryColumns>(path, signal) },
  );
  const known = asked.data?.drawn === drawn ? asked.data.answer : null;
  // An answer for another range is no answer to one that is refused; while the collector is away it is the best there is.
  const refused = kept || (known && !isRefusal(asked.error)) ? null : asked.error;
  const answer = refused ? null : known;
  const rows = useMemo(() => {
    if (kept) return keptRows(data, metric, [drawn]);
    return answer
      ? answeredRows(answer, [drawn])
      : { ...keptRows(data, metric, [drawn]), columns: new Map() };
  }, [data, metric, drawn, answer]);
  return { rows, refused };
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400;
}

function emptyText(app: App, data: ChartData, rows: DrawnRows, refused: unknown): string | undefined {
  if (refused) return refusedText(app, rows, refused);
  const { t } = app;
  if (rows.columns.size === 0 && data.series.length > 0) return undefined;
  const drawn = [...rows.columns.keys()].flatMap((carrier) =>
    rows.of.flatMap((one) => drawnColumn(rows, carrier, one)),
  );
  if (drawn.some((value) => value !== null)) return undefined;
  const failed = data.series.some((series) => series.availability.counts.down > 0);
  return t(failed ? "target.chart.allFailed" : "target.chart.empty");
}

/** What is not kept so far back is said with since when it is; the collector's own sentence is for the command line. */
function refusedText({ t, f }: App, rows: DrawnRows, refused: unknown): string {
  const until = refused instanceof ApiError ? /not held until (\S+Z):/.exec(refused.message)?.[1] : undefined;
  if (until === undefined) return problemText(refused, t);
  const of = rows.of.map((one) => drawnName(t, one)).join();
  return t("target.chart.notHeld", { of, time: f.dayClock(Date.parse(until)) });
}

type Shown = Pick<PanelProps, "metric" | "data" | "target" | "lines"> & { rows: DrawnRows };

function chartInput(
  { t, f, theme, language }: App,
  { metric, data, target, lines, rows }: Shown,
): ChartInput {
  return {
    ...{ data, target, lines, rows, language },
    theme: theme.dark ? DARK : LIGHT,
    timeZone: f.timeZone,
    text: chartText(t, f, metric, rows),
  };
}

function showsWorst(metric: LinesMetric, rows: DrawnRows, target: Target, lines: readonly Line[]): boolean {
  return lines.some(({ carrier }) => {
    const limit = limitFor(target.alarm.lines[metric], carrier);
    const hidden = hiddenWorst(rows.columns.get(carrier) ?? new Map(), rows.of, limit, metric === "speed");
    return hidden.some((value) => value !== null);
  });
}
