/**
 * What pages, verbs and reports read: each answer from the archive or strip that fits, one zod shape each.
 *
 * Reads only. Arithmetic is in the files beside it; numbers come from the store, names from the registry.
 */
import type { Registry } from "../registry/registry.ts";
import { seriesKey } from "../store/series.ts";
import type { Store } from "../store/store.ts";
import type { ChartData } from "../wire/api-chart.ts";
import type { FetchedRows, Overview, SamplesPage, TargetView } from "../wire/api-overview.ts";
import type { QueryColumns } from "../wire/api-query.ts";
import type { Clock } from "../wire/clock.ts";
import type { IncidentView } from "../wire/incident.ts";
import type { NetworkOf } from "./addresses.ts";
import { type Around, aroundPart, historyOf, wholeOf } from "./around.ts";
import { type ChartQuery, chartOf } from "./chart.ts";
import { chartEvents } from "./events.ts";
import { type FetchQuery, fetchRows } from "./fetch.ts";
import { incidentView, isWithdrawn } from "./incidents.ts";
import { carrierOf, overviewOf, targetViewOf } from "./overview.ts";
import { sampleView } from "./sample-view.ts";
import { queryOf, type SeriesQuestion } from "./series-query.ts";
import { together } from "./together.ts";

export type SamplesQuery = {
  readonly vantage?: string;
  /** Of this address or family; absent: of the target's own series. */
  readonly address?: string;
  /** UTC seconds; fromS <= tick <= toS. Absent: everything kept. */
  readonly fromS?: number;
  readonly toS?: number;
  /** Default 50. */
  readonly limit?: number;
  readonly cursor?: string;
};

export type IncidentsQuery = { readonly target?: string; readonly open?: boolean; readonly limit?: number };

export type Query = Around & {
  /** The same object for all who ask while none is being made: nobody changes it. */
  overview(): Promise<Overview>;
  /** @throws NotFoundError */
  targetView(id: string): Promise<TargetView>;
  /** @throws NotFoundError, InvalidInputError */
  chart(id: string, query: ChartQuery): Promise<ChartData>;
  /** Newest first. Samples of a removed target stay readable. */
  samples(id: string, query: SamplesQuery): Promise<SamplesPage>;
  /** @throws NotFoundError, InvalidInputError */
  fetch(query: FetchQuery): Promise<FetchedRows>;
  /** Columns over one time axis: rows, percentiles, shares, states. @throws NotFoundError, InvalidInputError */
  columns(id: string, question: SeriesQuestion): Promise<QueryColumns>;
  /** Newest first, without withdrawn ones. */
  incidents(query: IncidentsQuery): Promise<IncidentView[]>;
};

export type QueryOptions = {
  readonly store: Store;
  readonly registry: Pick<Registry, "targets" | "carriers" | "vantages">;
  readonly clock: Clock;
  /** Whose network an address is in; absent = no hints. */
  readonly networkOf?: NetworkOf;
};

const CHART_INCIDENTS = 200;
const LAST_SECOND = 253_402_300_799;

/** The queries over one store. */
export function queryPart(options: QueryOptions): Query {
  const { store, registry, clock } = options;
  const nowS = () => Math.floor(clock.nowMs() / 1000);
  const names = async () => ({
    targets: await registry.targets.list(),
    vantages: await registry.vantages.list(),
  });
  return {
    overview: together(() => overviewOf(options)),
    targetView: (id) => targetViewOf(options, id),
    async chart(id, query) {
      const { subject, vantages } = await wholeOf(options, id, query.address);
      const body = await chartOf(store, subject, query, nowS());
      const { fromS, toS } = body;
      const own = new Set(body.series.flatMap((series) => series.vantages));
      const [incidents, events] = await Promise.all([
        store.incidents.list({ target: id, fromS, toS, limit: CHART_INCIDENTS }),
        chartEvents(store.events, id, own, { fromS, toS }),
      ]);
      const shown = incidents.filter((one) => one.subject === "target" && !isWithdrawn(one));
      const known = { targets: [subject.target], vantages };
      return { ...body, incidents: shown.map((one) => incidentView(one, known)), events };
    },
    async samples(id, { vantage, address, fromS = 0, toS = LAST_SECOND, limit = 50, cursor }) {
      const [generations, vantages] = await Promise.all([
        store.samples.generations(id),
        registry.vantages.list(),
      ]);
      if (generations.length === 0) await registry.targets.get(id);
      const held = generations.map((one) => one.series).filter((one) => one.address === address);
      const ids = [...new Set(held.map((one) => one.vantage))];
      const series = ids
        .filter((one) => vantage === undefined || one === vantage)
        .map((one) => seriesKey(id, one, address));
      if (series.length === 0) return { samples: [], cursor: null };
      const page = await store.samples.page({
        series,
        fromS,
        toS,
        limit,
        order: "newest",
        ...(cursor === undefined ? {} : { cursor }),
      });
      const samples = page.samples.map((one) => sampleView(one, carrierOf(vantages, one.vantage)));
      return { samples, cursor: page.cursor };
    },
    async fetch(query) {
      const [target, vantage] = await Promise.all([
        registry.targets.find(query.target),
        registry.vantages.find(query.vantage),
      ]);
      return await fetchRows(store, { target, vantage }, query, nowS());
    },
    async columns(id, question) {
      const { subject } = await historyOf(options, id, question.address);
      return await queryOf(store, subject, question, nowS());
    },
    async incidents({ limit = 100, ...wanted }) {
      const found = await store.incidents.list({ ...wanted, limit });
      const known = await names();
      return found.filter((one) => !isWithdrawn(one)).map((one) => incidentView(one, known));
    },
    ...aroundPart(options),
  };
}
