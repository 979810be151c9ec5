/** Routes of incidents. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function incidentRoutes(_app: App, _deps: ApiDeps): void {}
