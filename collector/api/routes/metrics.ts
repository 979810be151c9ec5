/** /metrics, Prometheus text. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
export function metricsRoutes(_app: App, _deps: ApiDeps): void {}
