/** The charts of a target over one range, and the carriers to show. */
import { useMemo, useState } from "preact/hooks";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { hasPercentiles } from "../../charts/drawn.ts";
import { eventMarks } from "../../charts/event-marks.ts";
import type { Line, LinesMetric } from "../../charts/metric-chart.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { carrierColor } from "../../charts/theme.ts";
import { eventText, standing } from "../../i18n/event-text.ts";
import { Dot } from "../parts/fields.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { Availability } from "./availability.tsx";
import { MetricPanel } from "./metric-panel.tsx";
import type { DrawnOf } from "./range.ts";

/** A window this narrow has a chart with room for few marks. */
const PHONE_PX = 781;
const PHONE_PLACES = 8;

type ChartsProps = {
  data: ChartData;
  target: Target;
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
  drawn: DrawnOf;
  onDrawn: (drawn: DrawnOf) => void;
  onSpan: (fromS: number, toS: number) => void;
};

export function Charts({ data, target, carriers, names, drawn, onDrawn, onSpan }: ChartsProps) {
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
        <MetricPanel
          key={metric}
          metric={metric}
          {...parts}
          drawn={drawn[metric] ?? "AVERAGE"}
          onDrawn={(of) => onDrawn({ ...drawn, [metric]: of === "AVERAGE" ? undefined : of })}
        />
      ))}
      <Availability data={data} lines={lines} madeS={target.createdS} />
    </div>
  );
}

/** Those of its kind; the first byte has one where its percentiles are kept. */
function chartsOf(target: Target): readonly LinesMetric[] {
  const { charts } = shapeOf(target.url);
  return charts.flatMap((metric) =>
    metric === "total" && hasPercentiles("ttfb", target) ? [metric, "ttfb" as const] : [metric],
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
