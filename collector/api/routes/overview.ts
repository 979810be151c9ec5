/** Routes of overview. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function overviewRoutes(_app: App, _deps: ApiDeps): void {}
