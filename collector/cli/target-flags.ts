/**
 * Flags of `target add` and `target edit` -> the fields of a target they set; what is not given is not touched.
 *
 * Only shapes are read here. Whether the values can be is the registry's to say, all at once and in sentences.
 */
import type { Command } from "commander";
import { CarrierwatchError } from "../wire/errors.ts";
import { repeated } from "./command.ts";

export type TargetFlags = {
  readonly name?: string;
  readonly address?: string;
  readonly group?: string;
  readonly from?: readonly string[];
  readonly method?: string;
  readonly family?: string;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly expectStatus?: readonly string[];
  readonly expectText?: string;
  readonly connectTimeout?: string;
  readonly timeout?: string;
  readonly redirects?: string;
  readonly bodyCap?: string;
  readonly alarm?: readonly string[];
  readonly alarmTicks?: string;
  readonly alarmCarriers?: string;
  readonly yMax?: readonly string[];
  readonly recipient?: readonly string[];
  readonly file?: string;
};

/** Adds the flags to a subcommand. */
export function targetOptions(command: Command): void {
  command
    .option("--name <NAME>", "what people call it")
    .option("--group <GROUP>", "heading it stands under (default: the registrable domain)")
    .option("--from <WHO>", "all, carrier:ct, tag:beijing or vantage:ct-sh; may be repeated", repeated)
    .option("--cron <CRON>", "when to measure, evenly (default */5 * * * *)")
    .option("--time-zone <ZONE>", "of the cron expression (default UTC)")
    .option("--method <METHOD>", "GET or HEAD")
    .option("--family <FAMILY>", "any, ipv4 or ipv6")
    .option("--expect-status <STATUS>", "200 or 200-299; may be repeated", repeated)
    .option("--expect-text <TEXT>", "text the body must contain")
    .option("--connect-timeout <MS>", "ms")
    .option("--timeout <MS>", "ms, of the whole measurement")
    .option("--redirects <N>", "how many to follow")
    .option("--body-cap <BYTES>", "largest body that is read")
    .option("--alarm <LINE>", "total=800 (ms), speed=50000 (bytes/s), total:cnc=1200, total=none", repeated)
    .option("--alarm-ticks <N>", "ticks running before an alarm, and before its end")
    .option("--alarm-carriers <N>", "carriers that must fail for the service to be down, or majority")
    .option("--y-max <MAX>", "total=2000, total=auto; may be repeated", repeated)
    .option("--recipient <ID>", "who is told; everyone = all; may be repeated", repeated)
    .option("--file <FILE>", "read the target from a JSON file, - for stdin; flags win over it");
}

/**
 * The target with the flags applied.
 *
 * @param before Fields it has already: those of a file, or of the target that is edited.
 */
export function withFlags(
  before: Readonly<Record<string, unknown>>,
  flags: TargetFlags,
): Record<string, unknown> {
  const next: Record<string, unknown> = { ...before };
  const set = (field: string, value: unknown) => {
    if (value !== undefined) next[field] = value;
  };
  set("name", flags.name);
  set("url", flags.address);
  set("group", flags.group);
  set("cron", flags.cron);
  set("timeZone", flags.timeZone);
  set("method", flags.method?.toUpperCase());
  set("family", flags.family);
  set("redirects", wholeOf("--redirects", flags.redirects));
  set("bodyCapBytes", wholeOf("--body-cap", flags.bodyCap));
  set("from", flags.from && fromOf(flags.from));
  set("recipients", flags.recipient && recipientsOf(flags.recipient));
  set("expect", patch(before["expect"], { status: flags.expectStatus, bodyContains: flags.expectText }));
  set(
    "timeouts",
    patch(before["timeouts"], {
      connectMs: wholeOf("--connect-timeout", flags.connectTimeout),
      totalMs: wholeOf("--timeout", flags.timeout),
    }),
  );
  set("alarm", alarmOf(before["alarm"], flags));
  set("yMax", flags.yMax && maximaOf(before["yMax"], flags.yMax));
  return next;
}

function patch(before: unknown, fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : { ...fieldsOf(before), ...Object.fromEntries(given) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
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

function split(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function wholeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw refused(option, text, "a whole number");
}

function numberOf(option: string, text: string, value: string): number {
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(value)) return Number(value);
  throw refused(option, text, "METRIC=NUMBER, for example total=800");
}

function refused(option: string, text: string, wanted: string): CarrierwatchError {
  return new CarrierwatchError("usage", `${option} ${JSON.stringify(text)} is not ${wanted}`);
}
