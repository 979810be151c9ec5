/** Routes of carriers. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function carrierRoutes(_app: App, _deps: ApiDeps): void {}
