/**
 * What a person asks to have measured now -> what exactly is measured, and the vantages that shall do it.
 *
 * Reads the registry, writes nothing. Every problem is a sentence, as with a target. Next stop: ingest/on-demand.ts.
 */
import { type FieldIssue, InvalidInputError } from "../wire/errors.ts";
import { MeasurementInput, type Once } from "../wire/on-demand.ts";
import { From, TargetInput } from "../wire/target.ts";
import { measuredFrom, type Vantage } from "../wire/vantage.ts";
import { askedOf } from "./assignments.ts";
import { examineExpect } from "./expect-rules.ts";
import { issuesOf } from "./issues.ts";
import type { Registry } from "./registry.ts";
import { examineRequest, targetKindOf } from "./request-rules.ts";
import { secretsOf } from "./secrets.ts";
import { tidyUrl, urlProblems } from "./url.ts";

export type MeasureNow = {
  /** null = a URL that nobody watches. */
  readonly target: string | null;
  readonly measured: Omit<Once, "id" | "withinMs">;
  /** At least one; none of them revoked. */
  readonly vantages: readonly Vantage[];
};

/** Long enough for any page, short enough that the answer comes while somebody waits for it. */
const TOTAL_MAX_MS = 45_000;
/** A URL is there when it answers; a target says itself what counts. */
const ANY_ANSWER = ["200-399"];

/**
 * Examines what is asked.
 *
 * @param raw Untrusted.
 * @throws InvalidInputError naming every problem; NotFoundError for a target that does not exist.
 */
export async function measureNow(
  registry: Pick<Registry, "targets" | "vantages" | "carriers">,
  raw: unknown,
): Promise<MeasureNow> {
  const parsed = MeasurementInput.safeParse(raw);
  if (!parsed.success) throw new InvalidInputError("measurement", issuesOf(parsed.error));
  const input = parsed.data;
  const target = input.target === undefined ? null : await registry.targets.get(input.target);
  const subject = target ?? subjectOf(input);
  const vantages = await chosen(registry, input.from ?? target?.from ?? From.parse({ all: true }));
  const { url, method, family, expect, redirects, bodyCapBytes } = subject;
  const totalMs = Math.min(subject.timeouts.totalMs, TOTAL_MAX_MS);
  const timeouts = { totalMs, connectMs: Math.min(subject.timeouts.connectMs, totalMs) };
  return {
    target: target?.id ?? null,
    measured: {
      ...{ url, method, family, expect, timeouts, redirects, bodyCapBytes },
      ...askedOf(subject),
      ...(input.path === true ? { path: true } : {}),
    },
    vantages,
  };
}

/** A URL as a target with every default; what could never work is refused as it is for a target. */
function subjectOf({ url = "", ...input }: MeasurementInput): TargetInput {
  const { method, family, request, tls, addresses, redirects, timeouts } = input;
  const subject = TargetInput.parse({
    name: "measurement",
    url: tidyUrl(url),
    expect: input.expect ?? { status: ANY_ANSWER },
    ...{ method, family, request, tls, addresses, redirects, timeouts },
  });
  const problems = urlProblems(url);
  const issues =
    problems.length > 0
      ? [{ path: "url", message: problems.join("; and ") }]
      : [...rulesOf(subject), ...secretProblems(input), ...waitProblems(input)];
  if (issues.length > 0) throw new InvalidInputError("measurement", issues);
  return subject;
}

function rulesOf(subject: TargetInput): FieldIssue[] {
  const kind = targetKindOf(subject.url);
  return [...examineRequest(subject, kind, secretsOf(subject), null), ...examineExpect(subject, kind)];
}

/** Nobody sees, later, to whom a secret went that a measurement of no target had named. */
function secretProblems({ request, tls }: Pick<MeasurementInput, "request" | "tls">): FieldIssue[] {
  const message = "a secret is measured with where a target names it: measure that target";
  return [
    ...(request?.auth === undefined ? [] : [{ path: "request.auth", message }]),
    ...(tls?.clientCertificate === undefined ? [] : [{ path: "tls.clientCertificate", message }]),
  ];
}

function waitProblems({ timeouts }: Pick<MeasurementInput, "timeouts">): FieldIssue[] {
  if (timeouts === undefined || timeouts.totalMs <= TOTAL_MAX_MS) return [];
  return [{ path: "timeouts.totalMs", message: `somebody waits for it: at most ${TOTAL_MAX_MS} ms` }];
}

async function chosen(
  registry: Pick<Registry, "vantages" | "carriers">,
  from: From | readonly string[],
): Promise<Vantage[]> {
  const usable = (await registry.vantages.list()).filter((vantage) => vantage.revokedS === null);
  const wanted = "all" in from ? from : From.parse({ carriers: [...from], vantages: [...from] });
  if (!("all" in from)) await mustExist(registry, from, usable);
  const vantages = usable.filter((vantage) => measuredFrom(wanted, vantage));
  if (vantages.length > 0) return vantages;
  throw new InvalidInputError(
    "measurement",
    [{ path: "from", message: "no vantage belongs to it" }],
    `vantages: ${usable.map(({ id, carrier }) => `${id} (${carrier})`).join(", ") || "none yet"}`,
  );
}

async function mustExist(
  registry: Pick<Registry, "carriers">,
  names: readonly string[],
  usable: readonly Vantage[],
): Promise<void> {
  const carriers = (await registry.carriers.list()).map(({ id }) => id);
  const known = new Set([...carriers, ...usable.map(({ id }) => id)]);
  const issues = names.flatMap((name, i) =>
    known.has(name)
      ? []
      : [{ path: `from.${i}`, message: `there is no carrier or vantage ${JSON.stringify(name)}` }],
  );
  if (issues.length > 0) {
    throw new InvalidInputError("measurement", issues, `there are: ${[...known].slice(0, 24).join(", ")}`);
  }
}
