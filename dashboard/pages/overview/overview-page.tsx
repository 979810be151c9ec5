/** Targets by carriers: what is bad first, said in one sentence; then all the others by group. */
import { useEffect, useState } from "preact/hooks";
import type { RowFacts } from "../../../collector/wire/overview-rows.ts";
import type { OverviewShown } from "../../charts/overview-shown.ts";
import { carrierColor } from "../../charts/theme.ts";
import { Dot } from "../parts/fields.tsx";
import { Link } from "../parts/link.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { Segments } from "../parts/segments.tsx";
import { useApp } from "../state/app.ts";
import { useOverview } from "../state/overview.ts";
import { useLive, useThrottled } from "../state/resource.ts";
import { recall, store } from "../state/theme.ts";
import { useTitle } from "../state/title.ts";
import { Row } from "./row.tsx";

/** How often the overview is loaded again at most, by its size: a thousand rows are not loaded every second. */
const EVERY_MS = 1500;
const EVERY_MS_PER_ROW = 15;
const FIRST_ROWS = 60;
const ORDER_KEY = "carrierwatch.order";
const STATUSES = ["down", "degraded", "slow", "unknown", "waiting", "up", "paused"] as const;
const NEEDS_A_LOOK: readonly string[] = ["down", "degraded", "slow", "unknown"];

type Order = "state" | "group";
type Status = RowFacts["status"];

export function OverviewPage() {
  const { t } = useApp();
  const overview = useOverview();
  useTitle(t("nav.overview"));
  const reload = useThrottled(
    overview.reload,
    Math.max(EVERY_MS, EVERY_MS_PER_ROW * (overview.data?.rows.length ?? 0)),
  );
  useLive((news) => {
    if (news.type !== "progress") reload();
  });
  const { data } = overview;
  if (!data) return overview.error ? <ProblemBox error={overview.error} retry={overview.reload} /> : null;
  if (data.rows.length === 0) return <FirstRun />;
  return <Table data={data} />;
}

function Table({ data }: { data: OverviewShown }) {
  const { t } = useApp();
  const [order, setOrder] = useState<Order>(() => (recall(ORDER_KEY) === "group" ? "group" : "state"));
  const [only, setOnly] = useState<Status | null>(null);
  const ready = useGrowing(data.rows.length);
  const rows = only ? data.rows.filter((row) => row.status === only) : data.rows.slice(0, ready);
  const choose = (value: Order) => {
    store(ORDER_KEY, value);
    setOrder(value);
  };
  return (
    <>
      <div class="head">
        <Title data={data} />
        <div class="side">
          <Counts rows={data.rows} only={only} onOnly={setOnly} />
          <Segments
            label={t("overview.byState")}
            value={order}
            onValue={choose}
            options={[
              { value: "state", label: t("overview.byState") },
              { value: "group", label: t("overview.byGroup") },
            ]}
          />
        </div>
      </div>
      <div class="panel">
        <table class="over">
          <Head data={data} />
          {sections(rows, order).map((section) => (
            <tbody key={section.group === null ? "bad" : `group ${section.group}`}>
              {section.group !== null && (
                <tr class="g">
                  <th colSpan={data.carriers.length + 2} scope="rowgroup">
                    {t("overview.group", {
                      group: section.group === OTHERS ? t("overview.others") : section.group,
                      n: section.rows.length,
                    })}
                  </th>
                </tr>
              )}
              {section.rows.map((row) => (
                <Row key={row.target.id} row={row} carriers={data.carriers} nowMs={data.nowMs} />
              ))}
            </tbody>
          ))}
        </table>
        {rows.length === 0 && <p class="empty sub">{t("overview.filterNone")}</p>}
      </div>
      <p class="small foot">{t("overview.help")}</p>
    </>
  );
}

/** A first screen at once, the other rows right after it: a thousand must not keep the reader waiting. */
function useGrowing(total: number): number {
  const [ready, setReady] = useState(FIRST_ROWS);
  useEffect(() => {
    if (ready >= total) return;
    const timer = setTimeout(() => setReady((n) => n * 2), 30);
    return () => clearTimeout(timer);
  }, [ready, total]);
  return ready;
}

function Title({ data }: { data: OverviewShown }) {
  const { t, f } = useApp();
  const { lastStartMs, nextStartMs } = data;
  return (
    <div>
      <h1>{t("overview.title", { targets: data.rows.length, carriers: data.carriers.length })}</h1>
      {lastStartMs !== null && nextStartMs !== null && (
        <p class="sub">{t("overview.round", { last: f.clock(lastStartMs), next: f.clock(nextStartMs) })}</p>
      )}
    </div>
  );
}

type CountsProps = {
  rows: readonly RowFacts[];
  only: Status | null;
  onOnly: (status: Status | null) => void;
};

function Counts({ rows, only, onOnly }: CountsProps) {
  const { t } = useApp();
  return (
    <div class="sum">
      {STATUSES.map((status) => {
        const n = rows.filter((row) => row.status === status).length;
        if (n === 0 && only !== status) return null;
        return (
          <button
            key={status}
            type="button"
            class={`chip ${status}`}
            aria-pressed={only === status}
            onClick={() => onOnly(only === status ? null : status)}
          >
            {t(`overview.count.${status}`, { n })}
          </button>
        );
      })}
    </div>
  );
}

function Head({ data }: { data: OverviewShown }) {
  const { t, language, theme } = useApp();
  return (
    <thead>
      <tr>
        <th scope="col">{t("overview.target")}</th>
        {data.carriers.map((carrier) => (
          <th key={carrier.id} scope="col">
            <Dot color={carrierColor(carrier.color, theme.dark)} />
            {carrier.name[language]}
          </th>
        ))}
        <th scope="col">{t("overview.availability")}</th>
      </tr>
    </thead>
  );
}

/** No group of a target: those have a name. */
const OTHERS = "";

type Section = { readonly group: string | null; readonly rows: RowFacts[] };

function sections(rows: readonly RowFacts[], order: Order): Section[] {
  const bad = order === "state" ? rows.filter((row) => NEEDS_A_LOOK.includes(row.status)) : [];
  const byGroup = new Map<string, RowFacts[]>();
  for (const row of rows) {
    if (bad.includes(row)) continue;
    const group = byGroup.get(row.target.group) ?? [];
    group.push(row);
    byGroup.set(row.target.group, group);
  }
  const grouped = [...byGroup].map(([group, members]) => ({ group, rows: members }));
  grouped.sort((a, b) => a.group.localeCompare(b.group));
  const first = bad.length > 0 ? [{ group: null, rows: bad }] : [];
  if (order === "group") return [...first, ...grouped];
  // A heading over each single target would be half of the page.
  const isSingle = (group: string) => rows.filter(({ target }) => target.group === group).length === 1;
  const single = grouped.filter(({ group }) => isSingle(group));
  if (single.length < 2) return [...first, ...grouped];
  const others = { group: OTHERS, rows: single.flatMap((section) => section.rows) };
  return [...first, ...grouped.filter((section) => !single.includes(section)), others];
}

/** Nothing yet: leads to the first URL. */
function FirstRun() {
  const { t } = useApp();
  return (
    <div class="panel empty">
      <h1>{t("overview.emptyTitle")}</h1>
      <p>{t("overview.emptyText")}</p>
      <Link to="/targets/new" class="btn primary">
        {t("overview.emptyAction")}
      </Link>
      <p class="small">
        {t("overview.emptyVantage")}{" "}
        <Link to="/vantages" class="link">
          {t("vantages.add")}
        </Link>
      </p>
    </div>
  );
}
