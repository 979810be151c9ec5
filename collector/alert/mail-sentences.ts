/** Subject and first sentences of a mail: what happened to which target or vantage, and since when. Pure. */
import type { MailKey } from "../../dashboard/i18n/mail-zh.ts";
import type { CarrierLine, MailPayload } from "./message.ts";
import type { Speaker } from "./speaker.ts";

/** The second bracket of the subject. */
export function tagOf(payload: MailPayload, { say }: Speaker): string {
  if (isOver(payload)) return say(isClosed(payload) ? "tag.closed" : "tag.ended");
  if (payload.subject === "vantage") return say(payload.reason === "skewed" ? "tag.skewed" : "tag.silent");
  if (payload.event === "eased") return say("tag.eased");
  return say(`tag.${payload.class}`);
}

/** The subject without its brackets; also the heading of the HTML part. */
export function subjectOf(payload: MailPayload, speaker: Speaker): string {
  return speaker.say(subjectKey(payload), valuesOf(payload, speaker));
}

/** One to three sentences. */
export function leadOf(payload: MailPayload, speaker: Speaker): string[] {
  const values = valuesOf(payload, speaker);
  const { say } = speaker;
  if (payload.subject === "vantage") return vantageLead(payload, speaker);
  if (isClosed(payload)) {
    const reason = payload.reason === null ? "" : say(reasonKey(payload.reason));
    return [say("lead.closed", { ...values, reason }), say("lead.span", values)];
  }
  if (isWithdrawn(payload)) return [say("lead.withdrawn", values)];
  if (isOver(payload)) return [say(overKey(payload), values), say("lead.span", values)];
  const lead = say(holdsKey(payload), values);
  return payload.event === "escalated" ? [say("lead.worse"), lead] : [lead];
}

/** Carriers that are believed bad, those that fail first; the ones a sentence names. */
export function badNames(payload: MailPayload, { language, list }: Speaker): string {
  const bad = payload.carriers.filter((line) => line.bad);
  const failing = bad.filter((line) => line.state === "down");
  const named: readonly CarrierLine[] = payload.event !== "eased" && failing.length > 0 ? failing : bad;
  return list(named.map((line) => line.name[language]));
}

export function isOver(payload: MailPayload): boolean {
  return payload.event === "ended" || payload.event === "brief";
}

/** It ended because nobody looks any more, not because it got well. */
export function isClosed(payload: MailPayload): boolean {
  return (
    isOver(payload) &&
    (payload.reason === "paused" || payload.reason === "removed" || payload.reason === "unwatched")
  );
}

/** It was told, and later samples show that it never was. */
function isWithdrawn(payload: MailPayload): boolean {
  return isOver(payload) && payload.toS !== null && payload.toS <= payload.fromS;
}

function vantageLead(payload: MailPayload, speaker: Speaker): string[] {
  const { say } = speaker;
  const values = valuesOf(payload, speaker);
  const skewed = payload.reason === "skewed";
  if (isClosed(payload)) return [say("lead.vantageGone", values)];
  if (isOver(payload)) {
    return [say(skewed ? "lead.skewedEnded" : "lead.silentEnded", values), say("lead.span", values)];
  }
  return skewed
    ? [say("lead.skewed", values), say("lead.skewedHelp", values)]
    : [say("lead.silent", values), say("lead.silentHelp", values)];
}

function valuesOf(payload: MailPayload, speaker: Speaker): Record<string, string | number> {
  const { language, at, f } = speaker;
  const toS = payload.toS ?? payload.tick;
  return {
    name: payload.name,
    from: payload.seenFrom?.[language] ?? "",
    carriers: badNames(payload, speaker),
    since: at(payload.fromS * 1000),
    until: at(toS * 1000),
    duration: f.duration(toS - payload.fromS),
    carrier: payload.vantage?.carrier[language] ?? "",
    skew: f.count(Math.round((payload.vantage?.skewMs ?? 0) / 1000)),
  };
}

function subjectKey(payload: MailPayload): MailKey {
  if (payload.subject === "vantage") return vantageSubjectKey(payload);
  if (isWithdrawn(payload)) return "subject.withdrawn";
  if (isOver(payload)) return isClosed(payload) ? "subject.closed" : "subject.ended";
  if (payload.event === "eased") return payload.class === "slow" ? "subject.easedSlow" : "subject.eased";
  if (payload.class === "degraded") return anyFails(payload) ? "subject.degraded" : "subject.degradedSlow";
  if (payload.class === "slow") return payload.seenFrom ? "subject.slowFrom" : "subject.slow";
  return payload.seenFrom ? "subject.downFrom" : "subject.down";
}

function vantageSubjectKey(payload: MailPayload): MailKey {
  const skewed = payload.reason === "skewed";
  if (isOver(payload)) return skewed ? "subject.skewedEnded" : "subject.silentEnded";
  return skewed ? "subject.skewed" : "subject.silent";
}

function holdsKey(payload: MailPayload): MailKey {
  if (payload.event === "eased") return payload.class === "slow" ? "lead.easedSlow" : "lead.eased";
  if (payload.class === "degraded") return anyFails(payload) ? "lead.degraded" : "lead.degradedSlow";
  if (payload.class === "slow") return payload.seenFrom ? "lead.slowFrom" : "lead.slow";
  return payload.seenFrom ? "lead.downFrom" : "lead.down";
}

function overKey(payload: MailPayload): MailKey {
  const brief = payload.event === "brief";
  switch (payload.class) {
    case "degraded":
      return brief ? "lead.briefDegraded" : "lead.endedDegraded";
    case "slow":
      return brief ? "lead.briefSlow" : "lead.endedSlow";
    case "down":
    case "silent":
      return brief ? "lead.briefDown" : "lead.endedDown";
  }
}

function reasonKey(reason: NonNullable<MailPayload["reason"]>): MailKey {
  switch (reason) {
    case "paused":
    case "removed":
    case "unwatched":
    case "corrected":
      return `reason.${reason}`;
    case "silent":
    case "skewed":
      return `tag.${reason}`;
  }
}

function anyFails(payload: MailPayload): boolean {
  return payload.carriers.some((line) => line.bad && line.state === "down");
}
