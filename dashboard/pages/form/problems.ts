/**
 * What is wrong with a form, at its field and in the reader's words: first by the page's own rules, then by the
 * collector's answer. Pure.
 *
 * The page judges only what it must know before it can ask; every other rule is the collector's, which is asked while
 * people type.
 */
import type { Issue } from "../../api/client.ts";
import { setOfText } from "../../charts/archive-set.ts";
import type { Translate } from "../../i18n/translate.ts";
import { LINE_METRICS } from "./common-draft.ts";
import type { Draft } from "./draft.ts";
import { ANY, CONNECTING, HTTP, kindOf, kindsWith, type TargetKind, TLS } from "./kinds.ts";
import { isBlank, rowOfSent } from "./pairs.ts";
import { sentenceOf } from "./sentences.ts";
import { list } from "./typed.ts";

/** Field (of the draft, or `lines.total`, `headers.0.name` and the like) to sentence; "" = of no field. */
export type Problems = Readonly<Record<string, string>>;

type Say = (field: string, sentence: string | null) => void;

/** Problems the page can see by itself; empty = worth asking the collector. Of what the URL's kind has only. */
export function problemsOf(draft: Draft, t: Translate): Problems {
  const found: Record<string, string> = {};
  const say: Say = (field, sentence) => {
    if (sentence !== null) found[field] = sentence;
  };
  const kind = kindOf(draft.url);
  say("url", urlProblem(draft.url.trim(), t));
  if (draft.name.trim().length > 64) say("name", t("problem.name.long"));
  if (draft.group.trim().length > 64) say("group", t("problem.name.long"));
  if (![5, 6].includes(draft.cron.trim().split(/\s+/).length)) say("cron", t("problem.cron.fields"));
  if (!draft.fromAll && draft.carriers.length + draft.vantages.length + list(draft.tags).length === 0)
    say("from", t("problem.from"));
  say("archives", archivesProblem(draft.archives, t));
  alarmProblems(draft, kind, t, say);
  for (const [field, kinds, problem] of NUMBERS) {
    if (kinds.includes(kind)) say(field, problem(String(draft[field]), t));
  }
  if (Number(draft.connectMs) > Number(draft.totalMs)) say("connectMs", t("problem.timeouts"));
  if (HTTP.includes(kind)) requestProblems(draft, t, say);
  if (TLS.includes(kind)) certificateProblems(draft, t, say);
  if (draft.measure === "every" && CONNECTING.includes(kind)) say("max", whole(draft.max, 1, 32, t));
  return found;
}

/** What is wrong with a URL; null = nothing the page can see. */
export function urlProblem(url: string, t: Translate): string | null {
  if (url === "") return t("problem.url.missing");
  if (url.length > 2048) return t("problem.url.long");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return t("problem.url.invalid");
  if (!ANY.some((kind) => kind === scheme)) return t("problem.url.scheme");
  if (/\s/.test(url) || !URL.canParse(url.replace(/^\w+/, "http"))) return t("problem.url.invalid");
  const { username, password } = new URL(url.replace(/^\w+/, "http"));
  return username !== "" || password !== "" ? t("problem.url.credentials") : null;
}

function archivesProblem(text: string, t: Translate): string | null {
  if (text.trim() === "") return null;
  const set = setOfText(text);
  if (set === null) return t("problem.archives.form");
  const holds = set.every(
    ({ steps, rows, xff }) => steps >= 1 && steps <= 8640 && rows >= 1 && rows <= 120_000 && xff < 1,
  );
  return holds && set.length <= 8 ? null : t("problem.archives.limits");
}

type Limits = (text: string, t: Translate) => string | null;

const NUMBERS: readonly (readonly [keyof Draft, readonly TargetKind[], Limits])[] = [
  ["ticks", ANY, (text, t) => whole(text, 1, 60, t)],
  ["connectMs", ANY, (text, t) => whole(text, 100, 60_000, t)],
  ["totalMs", ANY, (text, t) => whole(text, 100, 120_000, t)],
  ["redirects", HTTP, (text, t) => whole(text, 0, 10, t)],
  ["bodyCapKb", HTTP, (text, t) => between(text, 0, 100_000, t)],
  ["yMaxTotal", ANY, positive],
  ["yMaxSpeed", HTTP, positive],
  ["minBytes", HTTP, (text, t) => optional(text, 1, 100_000_000, t)],
  ["maxBytes", HTTP, (text, t) => optional(text, 0, 100_000_000, t)],
  ["certificateDays", TLS, (text, t) => optional(text, 1, 3650, t)],
];

function alarmProblems(draft: Draft, kind: TargetKind, t: Translate, say: Say): void {
  for (const metric of LINE_METRICS) {
    if (kindsWith(metric).includes(kind)) say(`lines.${metric}`, positive(draft.lines[metric] ?? "", t));
  }
  for (const [carrier, limit] of Object.entries(draft.carrierLines))
    say(`carrierLines.${carrier}`, positive(limit, t));
}

function requestProblems(draft: Draft, t: Translate, say: Say): void {
  const statuses = list(draft.status);
  if (statuses.length === 0 || !statuses.every((one) => /^[1-5]\d\d(-[1-5]\d\d)?$/.test(one)))
    say("status", t("problem.status"));
  if (draft.auth !== "none" && draft.authSecret === "") say("authSecret", t("problem.secret.choose"));
  for (const field of ["headers", "json", "answerHeaders"] as const) {
    for (const [i, row] of draft[field].entries()) {
      if (!isBlank(row) && row.name.trim() === "") say(`${field}.${i}.name`, t("problem.required"));
    }
  }
}

function certificateProblems({ clientCertificate, clientKey }: Draft, t: Translate, say: Say): void {
  const given = clientCertificate.trim() !== "";
  if (given && clientKey === "") say("clientKey", t("problem.clientKey"));
  if (!given && clientKey !== "") say("clientCertificate", t("problem.clientCertificate"));
}

/** Where a problem of the collector's belongs in the form. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^alarm\.lines\.total\.carriers\.(.+)$/, "carrierLines.$1"],
  [/^alarm\.lines\.(\w+).*$/, "lines.$1"],
  [/^alarm\.ticks$/, "ticks"],
  [/^alarm\.carriers$/, "quorum"],
  [/^request\.headers\.(\d+)\.(?:name|value)$/, "headers.$1.$&"],
  [/^request\.headers$/, "headers"],
  [/^request\.body$/, "requestBody"],
  [/^request\.auth\.user$/, "user"],
  [/^request\.auth\.secret$/, "authSecret"],
  [/^request\.auth.*$/, "auth"],
  [/^request\.http$/, "http2"],
  [/^expect\.status.*$/, "status"],
  [/^expect\.bodyContains$/, "body"],
  [/^expect\.bodyMatches$/, "matches"],
  [/^expect\.json\.(\d+)\..+$/, "json.$1.$&"],
  [/^expect\.headers\.(\d+)\..+$/, "answerHeaders.$1.$&"],
  [/^expect\.headers$/, "answerHeaders"],
  [/^expect\.records.*$/, "records"],
  [/^expect\.(\w+)$/, "$1"],
  [/^tls\.verify$/, "unverified"],
  [/^tls\.clientCertificate\.key$/, "clientKey"],
  [/^tls\.clientCertificate.*$/, "clientCertificate"],
  [/^tls\.(\w+)$/, "$1"],
  [/^addresses\.(\w+)$/, "$1"],
  [/^timeouts\.(\w+)$/, "$1"],
  [/^bodyCapBytes$/, "bodyCapKb"],
  [/^yMax\.total$/, "yMaxTotal"],
  [/^yMax\.speed$/, "yMaxSpeed"],
  [/^archives.*$/, "archives"],
  [/^from.*$/, "from"],
  [/^recipients.*$/, "recipients"],
];

/** The collector's problems at the fields of the form; `""` for what belongs to none. */
export function serverProblems(issues: readonly Issue[], draft: Draft, t: Translate): Problems {
  const found: Record<string, string> = {};
  for (const issue of issues) {
    const field = fieldOf(issue.path, draft);
    const sentence = sentenceOf(field, issue.message, t);
    const root = field.split(".")[0] ?? "";
    const known = root === "from" || root in draft;
    found[known ? field : ""] ??= known || issue.path === "" ? sentence : `${issue.path}: ${sentence}`;
  }
  return found;
}

function fieldOf(path: string, draft: Draft): string {
  const rule = FIELDS.find(([pattern]) => pattern.test(path));
  const field = rule ? path.replace(rule[0], rule[1]) : path;
  const row = /^(headers|json|answerHeaders)\.(\d+)\..*?(\w+)$/.exec(field);
  if (!row) return field;
  const list = row[1] === "headers" ? draft.headers : row[1] === "json" ? draft.json : draft.answerHeaders;
  const side = ["name", "path"].includes(row[3] ?? "") ? "name" : "value";
  return `${row[1]}.${rowOfSent(list, Number(row[2]))}.${side}`;
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

function optional(text: string, min: number, max: number, t: Translate): string | null {
  return text.trim() === "" ? null : whole(text, min, max, t);
}
