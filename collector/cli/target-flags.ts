/**
 * Flags of `target add` and `target edit` -> the fields of a target they set; what is not given is not touched.
 *
 * Only shapes are read here. Whether the values can be is the registry's to say, all at once and in sentences.
 */
import { type Archives, archivesOfText } from "../wire/archives.ts";
import { TargetInput, Timeouts } from "../wire/target.ts";
import { type AskingFlags, askingFields, type FileTexts } from "./target-asking.ts";
import { type ExpectingFlags, expectOf } from "./target-expecting.ts";
import { fieldsOf, patch, refused, split, wholeOf, without } from "./target-fields.ts";

export type TargetFlags = AskingFlags &
  ExpectingFlags & {
    readonly name?: string;
    readonly address?: string;
    readonly group?: string;
    readonly from?: readonly string[];
    readonly cron?: string;
    readonly timeZone?: string;
    readonly connectTimeout?: string;
    readonly timeout?: string;
    readonly redirects?: string;
    readonly bodyCap?: string;
    readonly alarm?: readonly string[];
    readonly alarmTicks?: string;
    readonly alarmCarriers?: string;
    readonly yMax?: readonly string[];
    readonly archives?: string;
    readonly last?: boolean;
    readonly ttfbPercentiles?: boolean;
    readonly recipient?: readonly string[];
    readonly file?: string;
    readonly unset?: readonly string[];
  };

/**
 * The target with the flags applied.
 *
 * @param given Fields it has already: those of a file, or of the target that is edited.
 * @param texts What stands in the files that the flags name.
 */
export function withFlags(
  given: Readonly<Record<string, unknown>>,
  flags: TargetFlags,
  texts: FileTexts = {},
): Record<string, unknown> {
  const before = (flags.unset ?? []).reduce(withoutKnown, { ...given });
  const next: Record<string, unknown> = { ...before };
  const set = (field: string, value: unknown) => {
    if (value !== undefined) next[field] = value;
  };
  set("name", flags.name);
  set("url", flags.address);
  set("group", flags.group);
  set("cron", flags.cron);
  set("timeZone", flags.timeZone);
  for (const [field, value] of Object.entries(askingFields(before, flags, texts))) set(field, value);
  set("redirects", wholeOf("--redirects", flags.redirects));
  set("bodyCapBytes", wholeOf("--body-cap", flags.bodyCap));
  set("from", flags.from && fromOf(flags.from));
  set("recipients", flags.recipient && recipientsOf(flags.recipient));
  set("expect", expectOf(before["expect"], flags));
  set("timeouts", timeoutsOf(before["timeouts"], flags));
  set("alarm", alarmOf(before["alarm"], flags));
  if (flags.archives === "default") delete next["archives"];
  else set("archives", flags.archives && archivesOf(flags.archives));
  set("last", flags.last);
  set("percentiles", flags.ttfbPercentiles === undefined ? undefined : flags.ttfbPercentiles ? ["ttfb"] : []);
  set("yMax", flags.yMax && maximaOf(before["yMax"], flags.yMax));
  return next;
}

/** Who gives only the whole a shorter time does not want connecting to be allowed a longer one. */
function timeoutsOf(before: unknown, flags: TargetFlags): unknown {
  const totalMs = wholeOf("--timeout", flags.timeout);
  const given = wholeOf("--connect-timeout", flags.connectTimeout);
  const had = Number(fieldsOf(before)["connectMs"] ?? Timeouts.parse({}).connectMs);
  const shorter = given === undefined && totalMs !== undefined && totalMs < had;
  return patch(before, { connectMs: shorter ? totalMs : given, totalMs });
}

function archivesOf(text: string): Archives {
  const archives = archivesOfText(text);
  if (archives) return archives;
  throw refused("--archives", text, "1x600,6x700,24x775:0.5 (ticks a row x rows, then xff), or default");
}

function withoutKnown(target: Record<string, unknown>, path: string): Record<string, unknown> {
  const fields = Object.keys(TargetInput.shape);
  if (fields.includes(path.split(".")[0] ?? "")) return without(target, path);
  throw refused("--unset", path, `a field of a target: ${fields.join(", ")}`);
}

function fromOf(who: readonly string[]): Record<string, unknown> {
  const from = { all: false, carriers: [] as string[], tags: [] as string[], vantages: [] as string[] };
  for (const text of who) {
    const [kind, id = ""] = split(text, ":");
    if (text === "all") from.all = true;
    else if (kind === "carrier" && id !== "") from.carriers.push(id);
    else if (kind === "tag" && id !== "") from.tags.push(id);
    else if (kind === "vantage" && id !== "") from.vantages.push(id);
    else throw refused("--from", text, "all, carrier:ct, tag:beijing or vantage:ct-sh");
  }
  return from;
}

function recipientsOf(ids: readonly string[]): readonly string[] | null {
  return ids.includes("everyone") ? null : ids;
}

function alarmOf(before: unknown, flags: TargetFlags): Record<string, unknown> | undefined {
  const ticks = wholeOf("--alarm-ticks", flags.alarmTicks);
  const text = flags.alarmCarriers;
  const carriers = text === "majority" ? text : wholeOf("--alarm-carriers", text);
  const lines = flags.alarm && linesOf(fieldsOf(before)["lines"], flags.alarm);
  return patch(before, { ticks, carriers, lines });
}

function linesOf(before: unknown, texts: readonly string[]): Record<string, unknown> {
  const lines = fieldsOf(before);
  for (const text of texts) {
    const [what, limitText = ""] = split(text, "=");
    const [metric, carrier] = split(what, ":");
    const limit = limitText === "none" ? null : numberOf("--alarm", text, limitText);
    if (carrier !== undefined) {
      const line = fieldsOf(lines[metric]);
      lines[metric] = { ...line, carriers: { ...fieldsOf(line["carriers"]), [carrier]: limit } };
    } else if (limit === null) delete lines[metric];
    else lines[metric] = { ...fieldsOf(lines[metric]), limit };
  }
  return lines;
}

function maximaOf(before: unknown, texts: readonly string[]): Record<string, unknown> {
  const maxima = fieldsOf(before);
  for (const text of texts) {
    const [metric, value = ""] = split(text, "=");
    if (value === "auto") delete maxima[metric];
    else maxima[metric] = numberOf("--y-max", text, value);
  }
  return maxima;
}

function numberOf(option: string, text: string, value: string): number {
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(value)) return Number(value);
  throw refused(option, text, "METRIC=NUMBER, for example total=800");
}
