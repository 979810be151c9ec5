/** Routes of targets. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function targetRoutes(_app: App, _deps: ApiDeps): void {}
