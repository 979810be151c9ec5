/** Routes of fetch. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function fetchRoutes(_app: App, _deps: ApiDeps): void {}
