/**
 * What a person wrote -> a target's input with every default, or every problem of it at once, in sentences.
 *
 * Pure: what exists and what the clock says are parameters. Used by create, update and preview, so that the form
 * refuses exactly what saving would refuse.
 */
import { setProblems } from "../archive/sets.ts";
import { type Cadence, cadenceOf } from "../wire/cron.ts";
import { CarrierwatchError, type FieldIssue } from "../wire/errors.ts";
import { From, type Target, TargetInput } from "../wire/target.ts";
import { measuredFrom, type Vantage } from "../wire/vantage.ts";
import { certificateHint } from "./certificate-rules.ts";
import { examineExpect } from "./expect-rules.ts";
import { issuesOf } from "./issues.ts";
import { examineRequest, targetKindOf } from "./request-rules.ts";
import { groupOf, tidyUrl, urlProblems } from "./url.ts";

/** What a target is examined against. */
export type Surroundings = {
  readonly carriers: readonly string[];
  readonly vantages: readonly Vantage[];
  readonly recipients: readonly string[];
  /** Names of the secrets that are kept. */
  readonly secrets: readonly string[];
  /** Value of the secret that the client certificate names; null = it names none, or it does not open. */
  readonly clientKey: string | null;
  readonly targets: readonly Pick<Target, "id" | "name">[];
  readonly nowS: number;
  readonly refusesLocally: (url: string) => string | null;
};

export type Examined =
  | { readonly ok: false; readonly issues: readonly FieldIssue[]; readonly hint: string | null }
  | {
      readonly ok: true;
      readonly input: TargetInput;
      readonly group: string;
      readonly cadence: Cadence;
      /** Vantages that would measure it now. */
      readonly vantages: readonly Vantage[];
      /** Worth knowing, but no reason to refuse. */
      readonly hint: string | null;
    };

/**
 * Examines a target.
 *
 * @param raw Anything; a URL is tidied before it is judged.
 * @param exceptId The target being edited, whose own name is no duplicate.
 */
export function examineTarget(raw: unknown, around: Surroundings, exceptId?: string): Examined {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { ok: false, issues: [{ path: "", message: "must be an object with name and url" }], hint: null };
  }
  const tidied = tidy(raw);
  const parsed = TargetInput.safeParse(tidied);
  const cadence = examineCadence(tidied, around.nowS);
  const urlIssues = examineUrl(tidied["url"]);
  const issues = firstPerPath([
    ...urlIssues,
    ...cadence.issues,
    ...(parsed.success ? [] : issuesOf(parsed.error)),
    ...examineFrom(tidied["from"], around),
    ...(parsed.success ? examineNames(parsed.data, around) : []),
    ...(parsed.success ? examineArchives(parsed.data, cadence.cadence?.stepS) : []),
    ...(parsed.success && urlIssues.length === 0 ? examineKind(parsed.data, around) : []),
  ]);
  if (!parsed.success || !cadence.cadence || issues.length > 0) {
    return { ok: false, issues, hint: cadence.hint };
  }
  const input = parsed.data;
  const vantages = around.vantages.filter((v) => v.revokedS === null && measuredFrom(input.from, v));
  const refusal = vantages.some((vantage) => vantage.local) ? around.refusesLocally(input.url) : null;
  if (refusal !== null && vantages.every((vantage) => vantage.local)) {
    return { ok: false, issues: [{ path: "url", message: refusal }], hint: null };
  }
  return {
    ok: true,
    input,
    group: input.group || groupOf(input.url),
    cadence: cadence.cadence,
    vantages,
    hint: hintOf(input, vantages, refusal, around, exceptId),
  };
}

function tidy(raw: object): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...raw };
  if (typeof fields["url"] === "string") fields["url"] = tidyUrl(fields["url"]);
  if (typeof fields["group"] === "string") fields["group"] = fields["group"].trim();
  return fields;
}

function examineUrl(url: unknown): FieldIssue[] {
  const problems = typeof url === "string" ? urlProblems(url) : [];
  return problems.length === 0 ? [] : [{ path: "url", message: problems.join("; and ") }];
}

function examineCadence(
  fields: Record<string, unknown>,
  nowS: number,
): { cadence: Cadence | null; issues: readonly FieldIssue[]; hint: string | null } {
  const shape = TargetInput.pick({ cron: true, timeZone: true });
  const parsed = shape.safeParse({ cron: fields["cron"], timeZone: fields["timeZone"] });
  if (!parsed.success) return { cadence: null, issues: [], hint: null };
  try {
    return { cadence: cadenceOf(parsed.data.cron, parsed.data.timeZone, nowS), issues: [], hint: null };
  } catch (error) {
    if (!(error instanceof CarrierwatchError)) throw error;
    return { cadence: null, issues: error.issues, hint: error.hint ?? null };
  }
}

function examineFrom(raw: unknown, around: Surroundings): FieldIssue[] {
  const parsed = raw === undefined ? null : From.safeParse(raw).data;
  if (!parsed) return [];
  const issues = unknownNames("from.carriers", "carrier", parsed.carriers, around.carriers);
  const usable = around.vantages.filter((vantage) => vantage.revokedS === null);
  for (const [i, id] of parsed.vantages.entries()) {
    const path = `from.vantages.${i}`;
    if (usable.some((vantage) => vantage.id === id)) continue;
    const revoked = around.vantages.some((vantage) => vantage.id === id);
    const message = revoked
      ? `vantage ${JSON.stringify(id)} is revoked`
      : `there is no vantage ${JSON.stringify(id)}; ${known(usable.map((vantage) => vantage.id))}`;
    issues.push({ path, message });
  }
  return issues;
}

function examineArchives({ archives }: TargetInput, stepS: number | undefined): FieldIssue[] {
  if (!archives || stepS === undefined) return [];
  return setProblems(stepS, archives).map(({ at, message }) => ({
    path: at === null ? "archives" : `archives.${at}`,
    message,
  }));
}

function examineNames(input: TargetInput, around: Surroundings): FieldIssue[] {
  const lines = Object.entries(input.alarm.lines).flatMap(([metric, line]) =>
    Object.keys(line.carriers)
      .filter((id) => !around.carriers.includes(id))
      .map((id) => ({
        path: `alarm.lines.${metric}.carriers.${id}`,
        message: `there is no carrier ${JSON.stringify(id)}; ${known(around.carriers)}`,
      })),
  );
  return [...lines, ...unknownNames("recipients", "recipient", input.recipients ?? [], around.recipients)];
}

function examineKind(input: TargetInput, around: Surroundings): FieldIssue[] {
  const kind = targetKindOf(input.url);
  return [...examineRequest(input, kind, around.secrets, around.clientKey), ...examineExpect(input, kind)];
}

function unknownNames(
  path: string,
  what: string,
  named: readonly string[],
  all: readonly string[],
): FieldIssue[] {
  return named.flatMap((id, i) =>
    all.includes(id)
      ? []
      : [{ path: `${path}.${i}`, message: `there is no ${what} ${JSON.stringify(id)}; ${known(all)}` }],
  );
}

function known(ids: readonly string[]): string {
  return ids.length === 0 ? "there is none yet" : `there are: ${ids.slice(0, 12).join(", ")}`;
}

/** Says what is right but may surprise, in order of weight; the form shows one sentence. */
function hintOf(
  input: TargetInput,
  vantages: readonly Vantage[],
  refusal: string | null,
  around: Surroundings,
  exceptId: string | undefined,
): string | null {
  if (vantages.length === 0) return "nobody measures it yet: no vantage belongs to what it is measured from";
  if (refusal !== null) return `the vantage on this machine will not measure it: ${refusal}`;
  if (input.request?.auth !== undefined && targetKindOf(input.url) === "http") {
    return "its secret travels unencrypted: everyone on the way can read it; use an https URL";
  }
  if (input.tls?.verify === false)
    return "its certificate is not verified: anyone on the way could answer for it";
  const certificates = certificateHint(input.tls ?? {}, around.clientKey, around.nowS);
  if (certificates !== null) return certificates;
  const twin = around.targets.find((target) => target.name === input.name && target.id !== exceptId);
  return twin ? `another target has the name ${JSON.stringify(input.name)} (${twin.id})` : null;
}

/** A field that two rules refuse is named once, by the rule that says more about it. */
function firstPerPath(issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.filter((issue, i) => issues.findIndex((other) => other.path === issue.path) === i);
}
