/**
 * What pages, verbs and reports read: each answer from the archive or strip that fits, one zod shape each.
 *
 * Reads only. Arithmetic is in the files beside it; numbers come from the store, names from the registry.
 */
import type { Registry } from "../registry/registry.ts";
import type { Store } from "../store/store.ts";
import type { ChartData } from "../wire/api-chart.ts";
import type { FetchedRows, Overview, SamplesPage, TargetView } from "../wire/api-overview.ts";
import type { Clock } from "../wire/clock.ts";
import type { IncidentView } from "../wire/incident.ts";
import { type ChartQuery, chartOf } from "./chart.ts";
import { type FetchQuery, fetchRows } from "./fetch.ts";
import { incidentView, isWithdrawn } from "./incidents.ts";
import { carrierOf, overviewOf, targetViewOf } from "./overview.ts";
import { sampleView } from "./sample-view.ts";
import { subjectOf } from "./subject.ts";

export type SamplesQuery = {
  readonly vantage?: string;
  /** UTC seconds; fromS <= tick <= toS. Absent: everything kept. */
  readonly fromS?: number;
  readonly toS?: number;
  /** Default 50. */
  readonly limit?: number;
  readonly cursor?: string;
};

export type IncidentsQuery = { readonly target?: string; readonly open?: boolean; readonly limit?: number };

export type Query = {
  overview(): Promise<Overview>;
  /** @throws NotFoundError */
  targetView(id: string): Promise<TargetView>;
  /** @throws NotFoundError, InvalidInputError */
  chart(id: string, query: ChartQuery): Promise<ChartData>;
  /** Newest first. Samples of a removed target stay readable. */
  samples(id: string, query: SamplesQuery): Promise<SamplesPage>;
  /** @throws NotFoundError, InvalidInputError */
  fetch(query: FetchQuery): Promise<FetchedRows>;
  /** Newest first, without withdrawn ones. */
  incidents(query: IncidentsQuery): Promise<IncidentView[]>;
};

export type QueryOptions = {
  readonly store: Store;
  readonly registry: Pick<Registry, "targets" | "carriers" | "vantages">;
  readonly clock: Clock;
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
    overview: () => overviewOf(options),
    targetView: (id) => targetViewOf(options, id),
    async chart(id, query) {
      const [target, generations, vantages, carriers] = await Promise.all([
        registry.targets.get(id),
        store.samples.generations(id),
        registry.vantages.list(),
        registry.carriers.list(),
      ]);
      const subject = subjectOf(target, generations, vantages, carriers);
      const body = await chartOf(store, subject, query, nowS());
      const { fromS, toS } = body;
      const incidents = await store.incidents.list({ target: id, fromS, toS, limit: CHART_INCIDENTS });
      const shown = incidents.filter((one) => one.subject === "target" && !isWithdrawn(one));
      return { ...body, incidents: shown.map((one) => incidentView(one, { targets: [target], vantages })) };
    },
    async samples(id, { vantage, fromS = 0, toS = LAST_SECOND, limit = 50, cursor }) {
      const [generations, vantages] = await Promise.all([
        store.samples.generations(id),
        registry.vantages.list(),
      ]);
      if (generations.length === 0) await registry.targets.get(id);
      const ids = [...new Set(generations.map((one) => one.series.vantage))];
      const series = ids
        .filter((one) => vantage === undefined || one === vantage)
        .map((one) => ({ target: id, vantage: one }));
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
    async incidents({ limit = 100, ...wanted }) {
      const found = await store.incidents.list({ ...wanted, limit });
      const known = await names();
      return found.filter((one) => !isWithdrawn(one)).map((one) => incidentView(one, known));
    },
  };
}
