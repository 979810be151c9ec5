/**
 * An incident or a failed sample as one sentence with numbers, from its evidence alone.
 *
 * Pure; used by pages. Evidence of the newest transition that was not the end is what the sentence tells.
 */
import type { CarrierEvidence, IncidentView } from "../../collector/wire/incident.ts";
import type { Failure, UnknownReason } from "../../collector/wire/sample.ts";
import type { Format } from "./format.ts";
import { isKey, type Translate } from "./translate.ts";

export type Speaker = {
  readonly t: Translate;
  readonly f: Format;
  /** Name of a carrier in the reader's language. */
  carrier(id: string): string;
};

/** What a failure is, in plain words: the cause, and whose side the evidence points to. */
export function causeText(failure: Pick<Failure, "cause" | "source">, t: Translate): string {
  const key = `cause.${failure.cause}`;
  const cause = isKey(key) ? t(key) : failure.cause;
  return t("incident.resultOf", { cause, source: t(`source.${failure.source}`) });
}

/** The same in two or three words, for a table cell. @param status HTTP status of the answer, if one came. */
export function shortFailure(
  failure: Pick<Failure, "cause" | "phase">,
  t: Translate,
  status?: number,
): string {
  if (failure.cause.endsWith("timeout")) return t("short.timeout");
  if (failure.cause.startsWith("certificate")) return t("short.certificate");
  if (failure.phase === "status") return t("short.status", { status: status ?? "" }).trim();
  return t(`short.${failure.phase}`);
}

/** One sentence: who, what, how bad. Without the time, which the page puts in front. */
export function incidentText(incident: IncidentView, speaker: Speaker): string {
  const { t } = speaker;
  if (incident.class === "silent")
    return t(incident.toS === null ? "incident.silent" : "incident.wasSilent", { name: incident.name });
  const { evidence = [], belief } = incident.transitions.findLast((one) => one.kind !== "ended") ?? {};
  const down = evidence.filter((one) => one.state === "down");
  // A carrier that merely failed at the tick that decided is not what the incident is about.
  const failing = down.filter((one) => !belief || belief.down || belief.failing.includes(one.carrier));
  const slow = evidence.filter((one) => one.beyond !== undefined && one.state !== "down");
  if (failing.length + slow.length === 0) failing.push(...down);
  if (failing.length > 0 && incident.class !== "slow")
    return failingText(failing, evidence, incident, speaker);
  if (slow.length > 0) return slowText(slow, evidence, speaker);
  return t(`class.${incident.class}`);
}

function failingText(
  failing: readonly CarrierEvidence[],
  evidence: readonly CarrierEvidence[],
  incident: IncidentView,
  speaker: Speaker,
): string {
  const { t } = speaker;
  const failure = failing.find((one) => one.failure)?.failure;
  const what = failure ? causeText(failure, t) : t("state.down");
  const names = listOf(
    failing.map((one) => speaker.carrier(one.carrier)),
    speaker,
  );
  const reporting = evidence.filter((one) => one.state !== "unknown").length;
  if (incident.class === "degraded" && failing.length < reporting)
    return t("incident.degraded", { carriers: names, what });
  const who =
    failing.length > 1 && failing.length === reporting
      ? t("incident.all", { n: failing.length })
      : failing.length === 1
        ? t("incident.one", { carrier: names })
        : t("incident.some", { carriers: names });
  return t("incident.down", { who, what });
}

function slowText(
  slow: readonly CarrierEvidence[],
  evidence: readonly CarrierEvidence[],
  speaker: Speaker,
): string {
  const { t, f } = speaker;
  const worst = slow.reduce((a, b) => (ratio(b) > ratio(a) ? b : a));
  const beyond = worst.beyond;
  if (!beyond) return t("class.slow");
  const isSpeed = beyond.metric === "speed";
  const say = isSpeed ? f.speed : f.ms;
  const others = evidence.filter((one) => one.state === "up" && !slow.includes(one) && one.totalUs !== null);
  const names = listOf(
    slow.map((one) => speaker.carrier(one.carrier)),
    speaker,
  );
  const sentence = t(isSpeed ? "incident.slowSpeed" : "incident.slow", {
    carriers: others.length > 0 ? t("incident.only", { carriers: names }) : names,
    metric: t(`metric.${beyond.metric}`),
    value: say(beyond.value),
    limit: isSpeed ? f.speedLimit(beyond.limit) : f.msLimit(beyond.limit),
  });
  // Totals beside a value of another metric would compare what cannot be compared.
  if (beyond.metric !== "total") return sentence;
  const beside = others.map((one) => `${speaker.carrier(one.carrier)} ${f.ms((one.totalUs ?? 0) / 1000)}`);
  if (beside.length === 0) return sentence;
  return sentence + t("incident.others", { list: listOf(beside.slice(0, 3), speaker) });
}

function ratio(evidence: CarrierEvidence): number {
  const beyond = evidence.beyond;
  if (!beyond) return 0;
  return beyond.metric === "speed" ? beyond.limit / Math.max(beyond.value, 1) : beyond.value / beyond.limit;
}

/** Whether anybody was told of it, and how many, where that is known. */
export function toldText({ transitions }: Pick<IncidentView, "transitions">, t: Translate): string {
  const told = transitions.filter((one) => one.told);
  const everyone = new Set(told.flatMap((one) => one.toldTo ?? []));
  if (everyone.size > 0) return t("incidents.toldTo", { n: everyone.size });
  return t(told.some((one) => one.toldTo === undefined) ? "incidents.told" : "incidents.untold");
}

/** a、b、c or a, b, c. */
export function listOf(names: readonly string[], { t }: Pick<Speaker, "t">): string {
  return names.reduce((a, b) => (a === "" ? b : t("common.pair", { a, b })), "");
}

/**
 * Why a measurement could not be made; null = it was made, or nobody knows why not.
 *
 * A refused address is said with the probe's own file and the line that would allow it.
 */
export function unknownText(
  sample: {
    readonly unknownReason?: UnknownReason | undefined;
    readonly detail: { readonly note?: string | undefined };
  },
  t: Translate,
): string | null {
  if (!sample.unknownReason) return null;
  const said = t(`unknown.${sample.unknownReason}`);
  const { note } = sample.detail;
  if (sample.unknownReason !== "guard" || note === undefined) return said;
  const found =
    /^(?:(\S+) resolves to )?(\S+?)(?:, which)? is an? (.*)allow: \["([^"]+)"\] in (.+?)(?:, or start with .*)?$/.exec(
      note,
    );
  const [, name, literal, what = "", cidr, file] = found ?? [];
  if (!literal || !cidr || !file) return `${said} (${note})`;
  const address = name === undefined ? literal : t("unknown.resolved", { name, address: literal });
  // What desktop proxies answer with is no secret of an intranet: it is a fault of the machine's set-up.
  return t(what.includes("fake-IP") ? "unknown.guardFake" : "unknown.guardLine", { address, cidr, file });
}
