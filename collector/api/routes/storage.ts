/** What is stored, how much it will become, and whether it can be written. */
import { StorageView } from "../../wire/api-settings.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

/** The step of new targets; the figure per series is for it. */
const STEP_S = 300;

export function storageRoutes(app: App, deps: ApiDeps): void {
  app.get(
    "/storage",
    {
      schema: {
        tags: ["storage"],
        summary: "Space taken, now and at full age",
        response: { 200: StorageView },
      },
    },
    async () => {
      const [estimate, { ok, reasons }, facts] = await Promise.all([
        deps.store.ops.estimate(STEP_S),
        deps.store.ops.ready(),
        deps.storage(),
      ]);
      return { ...estimate, ...facts, parts: [...estimate.parts], ready: ok, reasons };
    },
  );
}
