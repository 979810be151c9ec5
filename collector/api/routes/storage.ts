/** What is stored, how much it will become, and whether it can be written. */
import * as z from "zod";
import { isArchivable } from "../../archive/layout.ts";
import { setProblems } from "../../archive/sets.ts";
import { StorageView } from "../../wire/api-settings.ts";
import { Archives, archivesOfText, STRIP_METRICS } from "../../wire/archives.ts";
import { InvalidInputError } from "../../wire/errors.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { listText } from "../query-fields.ts";

/** The step of new targets; the figure per series is for it when none is asked for. */
const STEP_S = 300;

const Question = z.strictObject({
  /** Of a target that is measured so often. */
  step: z.coerce.number().int().optional(),
  /** With this set, as `--archives` writes it; absent = the default one of the step. */
  archives: z.string().max(256).optional(),
  /** With LAST. */
  last: z.enum(["true", "false"]).optional(),
  /** With the percentiles of these metrics beside total. */
  percentiles: listText(z.enum(STRIP_METRICS), STRIP_METRICS.length).optional(),
});

/** @throws InvalidInputError for a step or a set that nobody could save */
function askedSet({ step = STEP_S, archives }: Pick<z.infer<typeof Question>, "step" | "archives">) {
  if (!isArchivable(step))
    throw new InvalidInputError("estimate", [
      {
        path: "step",
        message: `${step} s does not divide a day into whole steps of 10 s or more: write 60 or 300`,
      },
    ]);
  if (archives === undefined) return { stepS: step, archives: null };
  const set = Archives.safeParse(archivesOfText(archives));
  const problems = set.success
    ? setProblems(step, set.data).map(({ message }) => message)
    : [`${JSON.stringify(archives)} is not a set of archives: write 1x600,6x700,24x775:0.5`];
  if (set.success && problems.length === 0) return { stepS: step, archives: set.data };
  throw new InvalidInputError(
    "estimate",
    problems.map((message) => ({ path: "archives", message })),
  );
}

export function storageRoutes(app: App, deps: ApiDeps): void {
  app.get(
    "/storage",
    {
      schema: {
        tags: ["storage"],
        summary: "Space taken, now and at full age; per series for any step and set of archives",
        querystring: Question,
        response: { 200: StorageView },
      },
    },
    async (request) => {
      const { last, percentiles = [], ...asked } = request.query;
      const { stepS, archives } = askedSet(asked);
      const [estimate, { ok, reasons }, facts] = await Promise.all([
        deps.store.ops.estimate(stepS, archives, { last: last === "true", percentiles }),
        deps.store.ops.ready(),
        deps.storage(),
      ]);
      const parts = estimate.parts.map((one) => ({ ...one, bytesPerSeriesAt: [...one.bytesPerSeriesAt] }));
      return { ...estimate, ...facts, parts, bytesAt: [...estimate.bytesAt], ready: ok, reasons };
    },
  );
}
