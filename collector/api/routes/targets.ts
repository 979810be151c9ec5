/** Targets: what is watched, its definition, its charts and samples. Input is judged by the registry, in sentences. */
import * as z from "zod";
import { TargetAddresses } from "../../wire/api-addresses.ts";
import { ChartData, Range } from "../../wire/api-chart.ts";
import { SamplesPage, TargetPreview, TargetView } from "../../wire/api-overview.ts";
import { Id } from "../../wire/ids.ts";
import { SeriesAddress } from "../../wire/sample.ts";
import { Target, TargetInput } from "../../wire/target.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { countText, given, IdParams, judgedLater, SecondsText } from "../query-fields.ts";

const tags = ["targets"];
const Input = judgedLater(TargetInput);
const Update = z.strictObject({ version: z.int().min(0), target: Input });
const Version = z.strictObject({ version: countText(0, 999_999_999) });
const Period = { from: SecondsText.optional(), to: SecondsText.optional() };
const ChartQuery = z.strictObject({
  ...Period,
  range: Range.default("3h"),
  points: countText(2, 4000).optional(),
  address: SeriesAddress.optional(),
});
const SamplesQuery = z.strictObject({
  ...Period,
  vantage: Id.optional(),
  address: SeriesAddress.optional(),
  limit: countText(1, 1000).optional(),
  cursor: z.string().max(200).optional(),
});

export function targetRoutes(app: App, deps: ApiDeps): void {
  definitions(app, deps);
  pauses(app, deps);
  readings(app, deps);
}

function definitions(app: App, { registry }: ApiDeps): void {
  const { targets } = registry;
  app.get(
    "/targets",
    {
      schema: {
        tags,
        summary: "Every target's definition",
        response: { 200: z.strictObject({ targets: z.array(Target) }) },
      },
    },
    async () => ({ targets: await targets.list() }),
  );
  app.post(
    "/targets",
    {
      schema: { tags, summary: "Watch a URL", body: Input, response: { 201: Target } },
    },
    async (request, reply) => reply.status(201).send(await targets.create(request.body)),
  );
  app.post(
    "/targets/preview",
    {
      schema: {
        tags,
        summary: "What creating it would measure, or every problem of it",
        querystring: z.strictObject({ id: Id.optional() }),
        body: Input,
        response: { 200: TargetPreview },
      },
      config: { access: "read" },
    },
    async (request) => await targets.preview(request.body, request.query.id),
  );
  app.get(
    "/targets/:id/definition",
    { schema: { tags, summary: "A target's definition", params: IdParams, response: { 200: Target } } },
    async (request) => await targets.get(request.params.id),
  );
  app.put(
    "/targets/:id",
    {
      schema: { tags, summary: "Change a target", params: IdParams, body: Update, response: { 200: Target } },
    },
    async (request) => {
      const { version, target } = request.body;
      return await targets.update(request.params.id, version, target);
    },
  );
  app.delete(
    "/targets/:id",
    {
      schema: {
        tags,
        summary: "Watch it no more; its history stays",
        params: IdParams,
        querystring: Version,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await targets.remove(request.params.id, request.query.version);
      return await reply.status(204).send(null);
    },
  );
}

function pauses(app: App, { registry: { targets } }: ApiDeps): void {
  for (const act of ["pause", "resume"] as const) {
    app.post(
      `/targets/:id/${act}`,
      {
        schema: {
          tags,
          summary: act === "pause" ? "Stop measuring it for now" : "Measure it again",
          params: IdParams,
          response: { 200: Target },
        },
      },
      async (request) => await targets[act](request.params.id),
    );
  }
}

function readings(app: App, { query }: ApiDeps): void {
  app.get(
    "/targets/:id",
    {
      schema: {
        tags,
        summary: "How a target is doing",
        params: IdParams,
        response: { 200: TargetView },
      },
    },
    async (request) => await query.targetView(request.params.id),
  );
  app.get(
    "/targets/:id/chart",
    {
      schema: {
        tags,
        summary: "A range of every metric by carrier, from the archive that fits",
        params: IdParams,
        querystring: ChartQuery,
        response: { 200: ChartData },
      },
    },
    async (request) => {
      const { from, to, ...rest } = request.query;
      return await query.chart(request.params.id, given({ ...rest, fromS: from, toS: to }));
    },
  );
  app.get(
    "/targets/:id/addresses",
    {
      schema: {
        tags,
        summary: "Addresses and families that are measured apart, by vantage",
        params: IdParams,
        response: { 200: TargetAddresses },
      },
    },
    async (request) => await query.addresses(request.params.id),
  );
  app.get(
    "/targets/:id/samples",
    {
      schema: {
        tags,
        summary: "Single measurements, newest first",
        params: IdParams,
        querystring: SamplesQuery,
        response: { 200: SamplesPage },
      },
    },
    async (request) => {
      const { from, to, ...rest } = request.query;
      return await query.samples(request.params.id, given({ ...rest, fromS: from, toS: to }));
    },
  );
}
