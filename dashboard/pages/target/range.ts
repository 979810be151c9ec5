/** The time range of the target page: kept in the address, so that a link shows what the sender saw. */
import type { Range } from "../../../collector/wire/api-chart.ts";
import type { Metric } from "../../../collector/wire/metric.ts";
import type { Drawn } from "../../charts/drawn.ts";

export type Span = { readonly range: Range; readonly fromS: number | null; readonly toS: number | null };

export const RANGES: readonly Range[] = ["3h", "day", "week", "month", "year", "custom"];

/** The range an address names; 3 h when it names none. */
export function rangeIn(query: URLSearchParams): Span {
  const range = RANGES.find((candidate) => candidate === query.get("range")) ?? "3h";
  const [fromS, toS] = [number(query.get("from")), number(query.get("to"))];
  if (range === "custom" && (fromS === null || toS === null || toS <= fromS))
    return { range: "3h", fromS: null, toS: null };
  return range === "custom" ? { range, fromS, toS } : { range, fromS: null, toS: null };
}

/** The query string of a range, for the address and for the API alike. */
export function queryOf({ range, fromS, toS }: Span): string {
  return range === "custom" && fromS !== null && toS !== null
    ? `range=custom&from=${fromS}&to=${toS}`
    : `range=${range}`;
}

/** The address whose series the page shows; null = the target's own, or none that could be one. */
export function addressIn(query: URLSearchParams): string | null {
  const address = query.get("address");
  return address !== null && /^(?:ipv[46]|[0-9a-f:.]{2,45})$/.test(address) ? address : null;
}

/** The query string of a range and an address, for the address bar and for the API alike. */
export function queryWith(span: Span, address: string | null): string {
  return address === null ? queryOf(span) : `${queryOf(span)}&address=${encodeURIComponent(address)}`;
}

/** What the charts draw, by metric; a metric that is not there draws its average. */
export type DrawnOf = { readonly [M in Metric]?: Drawn | undefined };

const WITH_CHART: readonly Metric[] = ["total", "ttfb", "connect", "speed"];

/** What an address says of it; what the target does not keep is for the chart to leave out. */
export function drawnIn(query: URLSearchParams): DrawnOf {
  const said = WITH_CHART.map((metric) => [metric, query.get(metric)] as const);
  return Object.fromEntries(
    said.filter(([, value]) => value !== null && /^(?:MAX|MIN|LAST|p50|p95|p99)$/.test(value)),
  );
}

/** The query string of the whole page. */
export function pageQuery(span: Span, address: string | null, drawn: DrawnOf): string {
  const said = Object.entries(drawn).flatMap(([metric, one]) => (one ? [`&${metric}=${one}`] : []));
  return queryWith(span, address) + said.join("");
}

/** A local time as a date field shows it, in a time zone. */
export function fieldTime(atS: number, timeZone: string): string {
  const parts: Record<string, string> = {};
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  for (const part of format.formatToParts(atS * 1000)) parts[part.type] = part.value;
  return `${parts["year"]}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}`;
}

/** UTC seconds of what a date field holds, read in a time zone; null = not a time. */
export function timeOfField(text: string, timeZone: string): number | null {
  // Date.parse guesses: ":00Z" would be the year 2000.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const wall = Date.parse(`${text}:00Z`);
  if (Number.isNaN(wall)) return null;
  // The offset at the guessed instant, then once more where the zone changes between the two.
  const offset = (atMs: number) =>
    Date.parse(`${fieldTime(atMs / 1000, timeZone)}:00Z`) - Math.floor(atMs / 60_000) * 60_000;
  const guess = wall - offset(wall);
  return Math.floor((wall - offset(guess)) / 1000);
}

function number(text: string | null): number | null {
  return text !== null && /^\d{1,11}$/.test(text) ? Number(text) : null;
}
