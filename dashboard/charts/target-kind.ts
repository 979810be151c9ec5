/** What a target's kind has to show: which metrics have a chart, and which phases there are. Pure. */
import type { Kind } from "../../collector/wire/kind.ts";
import type { Metric, Phase } from "../../collector/wire/metric.ts";

export type Shape = {
  readonly kind: Kind | "http";
  /** Metrics with a chart of their own, in order. */
  readonly charts: readonly Metric[];
  readonly phases: readonly Phase[];
};

const SHAPES: Readonly<Record<Shape["kind"], Omit<Shape, "kind">>> = {
  http: { charts: ["total", "speed"], phases: ["dns", "connect", "tls", "wait", "transfer"] },
  tcp: { charts: ["total"], phases: ["dns", "connect"] },
  tls: { charts: ["total"], phases: ["dns", "connect", "tls"] },
  // Its total has the lookup in it, which says nothing of the line: the median of the connects does.
  ping: { charts: ["connect"], phases: ["dns", "connect"] },
  dns: { charts: ["total"], phases: ["dns"] },
};

/** The shape of whatever a URL names; http where it is neither of the kinds. */
export function shapeOf(url: string): Shape {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
  const kind = isKind(scheme) ? scheme : "http";
  return { kind, ...SHAPES[kind] };
}

function isKind(scheme: string): scheme is Kind {
  return scheme !== "http" && Object.hasOwn(SHAPES, scheme);
}
