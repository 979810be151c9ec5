/**
 * What is wrong with a form, at its field and in the reader's words: first by the page's own rules, then by the
 * collector's answer. Pure.
 */
import type { Issue } from "../../api/client.ts";
import type { Translate } from "../../i18n/translate.ts";
import { type Draft, LINE_METRICS, list } from "./draft.ts";

/** Field (of the draft, or `lines.total` and the like) to sentence. */
export type Problems = Readonly<Record<string, string>>;

/** Problems the page can see by itself; empty = worth asking the collector. */
export function problemsOf(draft: Draft, t: Translate): Problems {
  const found: Record<string, string> = {};
  const say = (field: string, sentence: string | null) => {
    if (sentence !== null) found[field] = sentence;
  };
  say("url", urlProblem(draft.url.trim(), t));
  if (draft.name.trim().length > 64) say("name", t("problem.name.long"));
  if (draft.group.trim().length > 64) say("group", t("problem.name.long"));
  if (![5, 6].includes(draft.cron.trim().split(/\s+/).length)) say("cron", t("problem.cron.fields"));
  if (!draft.fromAll && draft.carriers.length + draft.vantages.length + list(draft.tags).length === 0)
    say("from", t("problem.from"));
  for (const metric of LINE_METRICS) say(`lines.${metric}`, positive(draft.lines[metric] ?? "", t));
  for (const [carrier, limit] of Object.entries(draft.carrierLines))
    say(`carrierLines.${carrier}`, positive(limit, t));
  say("ticks", whole(draft.ticks, 1, 60, t));
  say("connectMs", whole(draft.connectMs, 100, 60_000, t));
  say("totalMs", whole(draft.totalMs, 100, 120_000, t));
  if (Number(draft.connectMs) > Number(draft.totalMs)) say("connectMs", t("problem.timeouts"));
  say("redirects", whole(draft.redirects, 0, 10, t));
  say("bodyCapKb", between(draft.bodyCapKb, 0, 100_000, t));
  say("yMaxTotal", positive(draft.yMaxTotal, t));
  say("yMaxSpeed", positive(draft.yMaxSpeed, t));
  const statuses = list(draft.status);
  if (statuses.length === 0 || !statuses.every((one) => /^[1-5]\d\d(-[1-5]\d\d)?$/.test(one)))
    say("status", t("problem.status"));
  return found;
}

/** What is wrong with a URL; null = nothing the page can see. */
export function urlProblem(url: string, t: Translate): string | null {
  if (url === "") return t("problem.url.missing");
  if (url.length > 2048) return t("problem.url.long");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return t("problem.url.invalid");
  if (scheme !== "http" && scheme !== "https") return t("problem.url.scheme");
  if (/\s/.test(url) || !URL.canParse(url)) return t("problem.url.invalid");
  const { username, password } = new URL(url);
  return username !== "" || password !== "" ? t("problem.url.credentials") : null;
}

/** Where a problem of the collector's belongs in the form. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^alarm\.lines\.total\.carriers\.(.+)$/, "carrierLines.$1"],
  [/^alarm\.lines\.(\w+).*$/, "lines.$1"],
  [/^alarm\.ticks$/, "ticks"],
  [/^alarm\.carriers$/, "quorum"],
  [/^expect\.status.*$/, "status"],
  [/^expect\.bodyContains$/, "body"],
  [/^timeouts\.(\w+)$/, "$1"],
  [/^bodyCapBytes$/, "bodyCapKb"],
  [/^yMax\.total$/, "yMaxTotal"],
  [/^yMax\.speed$/, "yMaxSpeed"],
  [/^from.*$/, "from"],
  [/^recipients.*$/, "recipients"],
];

/** The collector's problems at the fields of the form; `""` for what belongs to none. */
export function serverProblems(issues: readonly Issue[], t: Translate): Problems {
  const found: Record<string, string> = {};
  for (const issue of issues) {
    const rule = FIELDS.find(([pattern]) => pattern.test(issue.path));
    const field = rule ? issue.path.replace(rule[0], rule[1]) : issue.path;
    found[field] ??= sentenceOf(field, issue.message, t);
  }
  return found;
}

function sentenceOf(field: string, message: string, t: Translate): string {
  if (field === "url") return urlSentence(message, t);
  if (field === "cron") return cronSentence(message, t);
  if (field === "timeZone") return t("problem.timeZone");
  if (field === "from") return t("problem.from");
  if (field === "status") return t("problem.status");
  if (/control character/.test(message)) return t("problem.name.control");
  return t("problem.field", { message });
}

function urlSentence(message: string, t: Translate): string {
  const allow = /--allow (\S+)/.exec(message)?.[1];
  if (allow !== undefined) return t("problem.url.private", { allow: `--allow ${allow}` });
  if (/which URL/.test(message)) return t("problem.url.missing");
  if (/user ?name or password/.test(message)) return t("problem.url.credentials");
  if (/only http and https/.test(message)) return t("problem.url.scheme");
  if (/no scheme|not a URL|must start|space or a control/.test(message)) return t("problem.url.invalid");
  return t("problem.field", { message });
}

function cronSentence(message: string, t: Translate): string {
  const example = /for example (.+)$/.exec(message)?.[1] ?? "*/5 * * * *";
  if (/fields instead/.test(message)) return t("problem.cron.fields");
  if (/unevenly in /.test(message)) return t("problem.cron.zone");
  if (/unevenly/.test(message)) return t("problem.cron.uneven", { example });
  if (/some days only/.test(message)) return t("problem.cron.days");
  if (/at least \d+ s apart/.test(message)) return t("problem.cron.often");
  return t("problem.cron.other", { message });
}

function positive(text: string, t: Translate): string | null {
  if (text.trim() === "") return null;
  const value = Number(text);
  if (Number.isNaN(value)) return t("problem.number");
  return value > 0 ? null : t("problem.positive");
}

function between(text: string, min: number, max: number, t: Translate): string | null {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) return t("problem.number");
  return value < min || value > max ? t("problem.range", { min, max }) : null;
}

function whole(text: string, min: number, max: number, t: Translate): string | null {
  return between(text, min, max, t) ?? (Number.isInteger(Number(text)) ? null : t("problem.whole"));
}
