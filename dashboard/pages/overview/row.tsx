/** One target of the overview: what it is, what is wrong in one sentence, and a cell per carrier. */
import type { TargetedMouseEvent } from "preact";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { CellFacts, RowFacts } from "../../../collector/wire/overview-rows.ts";
import { carrierColor } from "../../charts/theme.ts";
import { alteredWhat } from "../../i18n/event-text.ts";
import { type Format, msQuantity } from "../../i18n/format.ts";
import { causeText, incidentText, shortFailure } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { Dot } from "../parts/fields.tsx";
import { Link } from "../parts/link.tsx";
import { Spark, Strip } from "../parts/strip.tsx";
import { carrierName, useApp } from "../state/app.ts";

const DAY_S = 86_400;
/** Half an hour: what a cell of the bar stands for. */
const CELL_S = 1800;

type RowProps = { row: RowFacts; carriers: readonly Carrier[]; nowMs: number };

export function Row({ row, carriers, nowMs }: RowProps) {
  const { t, f, language, router } = useApp();
  const { target, incident } = row;
  const to = `/targets/${target.id}`;
  const open = (event: TargetedMouseEvent<HTMLTableRowElement>) => {
    if (event.target instanceof Element && event.target.closest("a")) return;
    router.go(to);
    scrollTo(0, 0);
  };
  const nameOf = (id: string) => carrierName(carriers, id, language);
  const why = incident
    ? incidentText(incident, { t, f, carrier: nameOf })
    : notYetIncident(row, nameOf, t, f);
  return (
    <tr class={`link ${row.status}`} onClick={open}>
      <td class="t">
        <Link to={to}>{target.name}</Link>
        <span class="u" title={target.url}>
          {shortUrl(target.url)}
        </span>
        {why && <span class="why">{why}</span>}
      </td>
      {carriers.map((carrier) => (
        <Cell
          key={carrier.id}
          carrier={carrier}
          cell={row.cells.find((cell) => cell.carrier === carrier.id)}
          madeS={target.createdS}
          nowMs={nowMs}
        />
      ))}
      <td class="av">
        {f.share(row.availability24h.share)}
        <AvailabilityNote row={row} nameOf={nameOf} />
      </td>
    </tr>
  );
}

/** What the newest round showed, while it is too early for an incident; null = nothing bad. */
function notYetIncident(
  row: RowFacts,
  nameOf: (carrier: string) => string,
  t: Translate,
  f: Format,
): string | null {
  const failure = row.cells.find((cell) => cell.state === "down")?.failure;
  if (failure) return causeText(failure, t);
  const reason = row.cells.find((cell) => cell.state === "unknown")?.unknownReason;
  if (reason && row.status === "unknown") return t(`unknown.${reason}`);
  const altered = row.cells.find((cell) => cell.altered);
  if (altered?.altered)
    return t("altered.now", {
      carrier: nameOf(altered.carrier),
      what: alteredWhat(altered.altered.differs, { t }),
    });
  const slow = row.cells.find((cell) => cell.slow);
  if (!slow || slow.totalMs === null || slow.limitMs === null) return null;
  return t("incident.slow", {
    carriers: nameOf(slow.carrier),
    metric: t("metric.total"),
    value: f.ms(slow.totalMs),
    limit: f.msLimit(slow.limitMs),
  });
}

type CellProps = { carrier: Carrier; cell: CellFacts | undefined; madeS: number; nowMs: number };

function Cell({ carrier, cell, madeS, nowMs }: CellProps) {
  const { t, f, theme, language } = useApp();
  const color = carrierColor(carrier.color, theme.dark);
  const label = (
    <span class="c" title={carrier.name[language]}>
      <Dot color={color} />
      {carrier.name[language]}
    </span>
  );
  if (!cell || cell.state === "none" || cell.state === "waiting" || cell.state === "paused") {
    return (
      <td>
        <div class="cell">
          {label}
          <span class="word">
            {t(`state.${cell?.state === "waiting" || cell?.state === "paused" ? cell.state : "none"}`)}
          </span>
        </div>
      </td>
    );
  }
  const { counts } = cell.availability24h;
  const toS = cell.cells.at(-1)?.toS ?? Math.floor(nowMs / 1000);
  const fromS = cell.cells[0]?.fromS ?? toS - DAY_S;
  return (
    <td>
      <div class="cell">
        {label}
        <Value cell={cell} />
        {cell.silentSinceMs === null ? (
          <Spark values={cell.spark} color={color} />
        ) : (
          <span class="small">{t("overview.silentSince", { time: f.clock(cell.silentSinceMs) })}</span>
        )}
        <Strip
          cells={cell.cells}
          fromS={fromS}
          toS={toS}
          madeS={madeS}
          cellS={CELL_S}
          height={8}
          label={t("overview.stripLabel", {
            carrier: carrier.name[language],
            up: counts.up + counts.suspect,
            down: counts.down,
            unknown: counts.unknown,
          })}
        />
        {cell.altered && (
          <span
            class="altered-badge"
            title={t("altered.now", {
              carrier: carrier.name[language],
              what: alteredWhat(cell.altered.differs, { t }),
            })}
          >
            {t("altered.badge")}
          </span>
        )}
      </div>
    </td>
  );
}

/** The last total, or in two words why there is none. */
function Value({ cell }: { cell: CellFacts }) {
  const { t } = useApp();
  if (cell.silentSinceMs !== null || cell.state === "unknown")
    return <span class="v quiet">{t("state.unknown")}</span>;
  if (cell.state === "down")
    return (
      <span class="v down">
        {cell.failure ? shortFailure(cell.failure, t, cell.httpStatus ?? undefined) : t("short.down")}
      </span>
    );
  const { value, unit } = msQuantity(cell.totalMs);
  return (
    <span class={`v ${cell.slow ? "slow" : ""}`}>
      {value}
      <small>{unit}</small>
    </span>
  );
}

const failedRounds = (cell: CellFacts): number => cell.availability24h.counts.down;

type AvailabilityNoteProps = { row: RowFacts; nameOf: (carrier: string) => string };

/** Under the availability: how long it was down, which carrier failed beside it, or how little was measured. */
function AvailabilityNote({ row, nameOf }: AvailabilityNoteProps) {
  const { t, f } = useApp();
  const { counts, coverage } = row.availability24h;
  if (counts.down > 0)
    return <small>{t("overview.downFor", { duration: f.duration(counts.down * row.target.stepS) })}</small>;
  const failed = row.cells.reduce<CellFacts | null>(
    (worst, cell) => (failedRounds(cell) > (worst === null ? 0 : failedRounds(worst)) ? cell : worst),
    null,
  );
  if (failed !== null && row.cells.length > 1)
    return (
      <small>
        {t("overview.carrierFailed", { carrier: nameOf(failed.carrier), n: failedRounds(failed) })}
      </small>
    );
  if (coverage > 0 && coverage < 0.995)
    return <small>{t("overview.coverage", { share: f.share(coverage) })}</small>;
  return null;
}

function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}
