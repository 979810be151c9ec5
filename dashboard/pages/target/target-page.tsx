/** One target: what it is and how it is, its charts over a range, its newest round, incidents and samples. */
import { useEffect, useState } from "preact/hooks";
import type { TargetAddresses } from "../../../collector/wire/api-addresses.ts";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { SampleView, TargetView } from "../../../collector/wire/api-overview.ts";
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { ApiError } from "../../api/client.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { standing } from "../../i18n/event-text.ts";
import type { Key } from "../../i18n/translate.ts";
import { Link } from "../parts/link.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { type Resource, useLive, useResource, useThrottled } from "../state/resource.ts";
import { useTitle } from "../state/title.ts";
import { Addresses, familyName } from "./addresses.tsx";
import { Changes } from "./changes.tsx";
import { Charts } from "./charts.tsx";
import { FirstSample } from "./first-sample.tsx";
import { TargetHead } from "./head.tsx";
import { IncidentList } from "./incident-list.tsx";
import { MeasureNowPanel, useMeasureNow } from "./measure-now.tsx";
import { addressIn, type DrawnOf, drawnIn, pageQuery, queryWith, rangeIn, type Span } from "./range.ts";
import { Samples } from "./samples.tsx";
import { Tiles } from "./tiles.tsx";
import { Waterfall } from "./waterfall.tsx";

const EVERY_MS = 1000;
const POINTS = 600;
/** A target is new for this long after it was made. */
const NEW_FOR_S = 60;

export function TargetPage({ id }: { id: string }) {
  const { client, place, router, t } = useApp();
  const span = rangeIn(place.query);
  const view = useResource<TargetView>(`/targets/${id}`, (signal) => client.get(`/targets/${id}`, signal));
  const address = addressIn(place.query);
  const path = `/targets/${id}/chart?${queryWith(span, address)}&points=${POINTS}`;
  const chart = useResource<ChartData>(path, (signal) => client.get(path, signal));
  const vantages = useResource("/vantages", (signal) =>
    client.get<{ vantages: VantageView[] }>("/vantages", signal),
  );
  const addresses = useAddresses(view.data?.row.target);
  const reload = useThrottled(() => {
    view.reload();
    chart.reload();
    addresses.reload();
  }, EVERY_MS);
  const [arrived, setArrived] = useState<readonly SampleView[]>([]);
  useLive((news) => {
    if (news.type === "sample" && news.sample.sample.target === id) {
      if ((news.sample.sample.address ?? null) === address)
        setArrived((old) => [news.sample, ...old].slice(0, 50));
      reload();
    } else if (news.type === "resumed" || (news.type === "target" && news.target === id)) reload();
    else if (news.type === "event" && (news.target === id || news.target === null)) reload();
    else if (news.type === "incident" && news.incident.target === id) reload();
  });
  useTitle(view.data?.row.target.name ?? null);
  useEffect(() => setArrived([]), [address]);
  const drawn = drawnIn(place.query);
  const go = (next: Span, of = address, lines = drawn) =>
    router.go(`/targets/${id}?${pageQuery(next, of, lines)}`);
  if (!view.data) {
    if (view.error instanceof ApiError && view.error.status === 404)
      return (
        <div class="panel empty">
          <p>{t("target.notFound")}</p>
          <Link to="/" class="btn">
            {t("nav.toOverview")}
          </Link>
        </div>
      );
    return view.error ? <ProblemBox error={view.error} retry={view.reload} /> : null;
  }
  const names = new Map((vantages.data?.vantages ?? []).map((one) => [one.vantage.id, one.vantage.name]));
  return (
    <Body
      view={view.data}
      reloadView={view.reload}
      chart={chart}
      span={span}
      address={address}
      addresses={addresses}
      go={go}
      drawn={drawn}
      names={names}
      arrived={arrived}
    />
  );
}

type BodyProps = {
  view: TargetView;
  reloadView: () => void;
  chart: Resource<ChartData>;
  span: Span;
  /** The one whose series are shown; null = the target's own. */
  address: string | null;
  addresses: Resource<TargetAddresses | null>;
  go: (span: Span, address?: string | null, drawn?: DrawnOf) => void;
  /** What its charts draw. */
  drawn: DrawnOf;
  names: ReadonlyMap<string, string>;
  arrived: readonly SampleView[];
};

function Body(props: BodyProps) {
  const { view, reloadView, chart, span, address, addresses, go, names, arrived } = props;
  const { t } = useApp();
  const { target } = view.row;
  const now = useMeasureNow(target.id);
  // Decided once: who came to see the first sample goes on seeing how it came, also when it was faster than the page.
  const [watching] = useState(
    () =>
      view.row.status !== "paused" &&
      (view.latest.length === 0 || view.nowMs / 1000 - target.createdS < NEW_FOR_S),
  );
  return (
    <div class="stack">
      <TargetHead
        view={view}
        span={span}
        chart={chart.data ?? null}
        onSpan={go}
        onChanged={reloadView}
        measure={now}
      />
      <MeasureNowPanel now={now} carriers={view.carriers} />
      {watching && <FirstSample view={view} names={names} arrived={arrived} />}
      {view.row.status === "paused" && <p class="say">{t("target.paused.text")}</p>}
      {(!watching || view.latest.length > 0) && (
        <>
          <Tiles view={view} />
          {areSeveral(target) && !addresses.data && addresses.error === undefined && (
            <div class="panel addresses-wait" />
          )}
          {addresses.data && (
            <Addresses
              target={target}
              data={addresses.data}
              latest={view.latest}
              carriers={view.carriers}
              names={names}
              shown={address}
              onPick={(next) => go(span, next)}
            />
          )}
          {address !== null && <Alone address={address} onBack={() => go(span, null)} />}
          <div class="grid">
            <ChartColumn {...props} />
            <aside class="stack">
              <Waterfall view={view} names={names} />
              {chart.data && (
                <>
                  <IncidentList
                    incidents={chart.data.incidents}
                    carriers={view.carriers}
                    nowMs={view.nowMs}
                  />
                  <Changes
                    events={standing(chart.data.events ?? [])}
                    carriers={view.carriers}
                    names={names}
                  />
                </>
              )}
            </aside>
          </div>
          <Samples
            target={target.id}
            address={address}
            shape={shapeOf(target.url)}
            carriers={view.carriers}
            names={names}
            arrived={arrived}
          />
        </>
      )}
    </div>
  );
}

function ChartColumn({ view, chart, span, address, go, drawn, names }: BodyProps) {
  const { target } = view.row;
  return (
    <div class="stack">
      {chart.error !== undefined && <ChartProblem chart={chart} span={span} />}
      {!chart.data && chart.error === undefined && (
        <div class="chart-wait" style={{ "--n": shapeOf(target.url).charts.length }} />
      )}
      {chart.data && (
        <div class={chart.stale ? "dim" : ""}>
          <Charts
            data={chart.data}
            target={target}
            carriers={view.carriers}
            names={names}
            drawn={drawn}
            onDrawn={(next) => go(span, address, next)}
            onSpan={(fromS, toS) => go({ range: "custom", fromS, toS })}
          />
        </div>
      )}
    </div>
  );
}

/** Its addresses, where several are measured; nothing is asked for otherwise. */
function useAddresses(target: Target | undefined): Resource<TargetAddresses | null> {
  const { client } = useApp();
  const path = target && areSeveral(target) ? `/targets/${target.id}/addresses` : "";
  return useResource<TargetAddresses | null>(path, (signal) =>
    path === "" ? Promise.resolve(null) : client.get(path, signal),
  );
}

/** Whether it has a series for each address or family. */
function areSeveral({ addresses }: Target): boolean {
  return addresses !== undefined && addresses.measure !== "one";
}

/** Says that what follows is of one address alone, and how to come back. */
function Alone({ address, onBack }: { address: string; onBack: () => void }) {
  const { t } = useApp();
  return (
    <div class="say alone">
      <b>{t("addresses.showing", { address: familyName(address) })}</b>
      <span>{t("addresses.showing.text")}</span>
      <button type="button" class="link push" onClick={onBack}>
        {t("addresses.back")}
      </button>
    </div>
  );
}

function ChartProblem({ chart, span }: { chart: Resource<ChartData>; span: Span }) {
  const { t, f } = useApp();
  const { error } = chart;
  const said = chartRefusal(error, span);
  if (said) return <p class="panel empty">{t(said.key, { time: f.date(said.atMs) })}</p>;
  return <ProblemBox error={error} retry={chart.reload} />;
}

/** What a reader can do something about; the collector's own sentence is for the command line. */
function chartRefusal(error: unknown, { fromS }: Span): { key: Key; atMs: number } | null {
  if (!(error instanceof ApiError)) return null;
  if (error.status === 404) return { key: "addresses.noSuch", atMs: 0 };
  if (error.status !== 400) return null;
  const keptS = /nothing before (\d+) is kept/.exec(error.message)?.[1];
  if (keptS !== undefined) return { key: "target.rangeGone", atMs: Number(keptS) * 1000 };
  return fromS !== null && fromS * 1000 >= Date.now() ? { key: "target.rangeFuture", atMs: 0 } : null;
}
