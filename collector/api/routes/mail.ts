/** Routes of mail. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function mailRoutes(_app: App, _deps: ApiDeps): void {}
