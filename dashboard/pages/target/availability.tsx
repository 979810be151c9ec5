/** Availability of each carrier over the range: the bar of states, and the counts it is made of. */
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { Line } from "../../charts/metric-chart.ts";
import { cellWidthS } from "../../charts/state-strip.ts";
import { timeTicks } from "../../charts/time-axis.ts";
import { Dot } from "../parts/fields.tsx";
import { Strip } from "../parts/strip.tsx";
import { useApp } from "../state/app.ts";

/** Labels under the bar; a phone shows every other one. */
const MOST_LABELS = 8;

type Counts = ChartData["series"][number]["availability"]["counts"];

type AvailabilityProps = { data: ChartData; lines: readonly Line[]; madeS: number };

export function Availability({ data, lines, madeS }: AvailabilityProps) {
  const { t, f } = useApp();
  const widthS = cellWidthS(data.fromS, data.toS, data.stepS);
  const shown = lines.flatMap((line) => {
    const series = data.series.find((one) => one.carrier === line.carrier);
    return series ? [{ line, series }] : [];
  });
  return (
    <section class="panel chart">
      <header>
        <h2>{t("target.chart.availability")}</h2>
        <span class="small">{t("target.chart.availabilityNote", { width: f.duration(widthS) })}</span>
      </header>
      <div class="avail">
        {shown.map(({ line, series }) => (
          <>
            <span class="name" title={line.name}>
              <Dot color={line.color} />
              {line.name}
            </span>
            <Strip
              cells={series.cells}
              fromS={data.fromS}
              toS={data.toS}
              madeS={madeS}
              cellS={widthS}
              height={20}
              label={t("overview.stripLabel", {
                carrier: line.name,
                up: series.availability.counts.up + series.availability.counts.suspect,
                down: series.availability.counts.down,
                unknown: series.availability.counts.unknown,
              })}
            />
          </>
        ))}
        <Axis data={data} />
      </div>
      <div class="scroll-x">
        <table class="legend">
          <thead>
            <tr>
              <th scope="col">
                <span class="sr">{t("target.col.carrier")}</span>
              </th>
              <th scope="col">{t("target.col.share")}</th>
              <th scope="col">{t("target.col.failed")}</th>
              <th scope="col">{t("target.col.unknown")}</th>
              <th scope="col">{t("target.col.coverage")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ line, series: { availability } }) => (
              <tr key={line.carrier}>
                <th scope="row" title={line.name}>
                  <Dot color={line.color} />
                  {line.name}
                </th>
                <td>{f.share(availability.share)}</td>
                <td class={availability.counts.down > 0 ? "bad-text" : ""}>
                  {t("target.rounds", { n: f.count(availability.counts.down) })}
                </td>
                <td>{t("target.rounds", { n: f.count(availability.counts.unknown) })}</td>
                <td>{f.share(anyRound(availability.counts) ? availability.coverage : null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether any round was due in the range: a share of none is neither 100 nor 0. */
function anyRound({ up, down, suspect, unknown }: Counts): boolean {
  return up + down + suspect + unknown > 0;
}

function Axis({ data }: { data: ChartData }) {
  const { f, language } = useApp();
  const span = data.toS - data.fromS;
  return (
    <div class="axis" aria-hidden="true">
      {timeTicks(data.fromS, data.toS, MOST_LABELS, f.timeZone, language)
        .filter((tick) => tick.atS > data.fromS + span * 0.03 && tick.atS < data.toS - span * 0.03)
        .map((tick, i) => (
          <span
            key={tick.atS}
            class={i % 2 ? "hide-phone" : ""}
            style={{ left: `${((tick.atS - data.fromS) / span) * 100}%` }}
          >
            {tick.text}
          </span>
        ))}
    </div>
  );
}
