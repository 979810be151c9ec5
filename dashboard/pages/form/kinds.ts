/**
 * What a target's URL asks for, and which settings mean something for it. Pure.
 *
 * The rules are the collector's: what it would refuse for a kind is not offered, and not sent.
 */
import type { Kind } from "../../../collector/wire/kind.ts";
import type { Metric } from "../../../collector/wire/metric.ts";

export type TargetKind = "http" | "https" | Kind;

export const ANY: readonly TargetKind[] = ["http", "https", "tcp", "tls", "ping", "dns"];
/** Kinds with a request and an answer. */
export const HTTP: readonly TargetKind[] = ["http", "https"];
/** Kinds with a TLS connection. */
export const TLS: readonly TargetKind[] = ["https", "tls"];
/** Kinds that connect to an address. */
export const CONNECTING: readonly TargetKind[] = ["http", "https", "tcp", "tls", "ping"];

/** The kind of a URL; https while it says none, so that everything is offered. */
export function kindOf(url: string): TargetKind {
  const scheme = /^\s*([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  return ANY.find((kind) => kind === scheme) ?? "https";
}

/** Kinds that ever have a metric. */
export function kindsWith(metric: Metric): readonly TargetKind[] {
  if (metric === "dns" || metric === "total") return ANY;
  if (metric === "connect") return CONNECTING;
  return metric === "tls" ? [...HTTP, "tls"] : HTTP;
}
