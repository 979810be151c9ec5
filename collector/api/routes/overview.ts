/** The first page: every target by carrier, bad ones first. */
import { Overview } from "../../wire/api-overview.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

export function overviewRoutes(app: App, { query }: ApiDeps): void {
  const texts = new WeakMap<Overview, string>();
  const textOf = (overview: Overview): string => {
    const text = texts.get(overview) ?? JSON.stringify(overview);
    texts.set(overview, text);
    return text;
  };
  app.get(
    "/overview",
    { schema: { tags: ["overview"], summary: "Targets by carrier, now", response: { 200: Overview } } },
    async (_request, reply) => {
      // Thousands of cells: nothing is gained by holding what was just made against its schema.
      void reply.type("application/json; charset=utf-8").serializer(textOf);
      return await query.overview();
    },
  );
}
