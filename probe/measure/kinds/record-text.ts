/**
 * Records as c-ares gives them become text as `dig +short` prints them, with three differences that make them easier
 * to compare: host names are lower case and without the final dot, and the strings of a TXT record are joined and
 * stand without quotes. Pure; the text is hostile.
 */
import type { RecordType } from "../../../collector/wire/expect.ts";

/** @param answer What node:dns resolved for the type. @returns In the answer's order. */
export function recordTexts(type: RecordType, answer: unknown): string[] {
  if (type === "SOA") return [textOf(type, answer)];
  return Array.isArray(answer) ? answer.map((record: unknown) => textOf(type, record)) : [];
}

function textOf(type: RecordType, record: unknown): string {
  if (typeof record === "string") return hostText(record);
  if (Array.isArray(record)) return record.join("");
  if (typeof record !== "object" || record === null) return String(record);
  const fields: Readonly<Record<string, unknown>> = { ...record };
  return type === "CAA"
    ? caaText(fields)
    : (LINES[type] ?? ["address"]).map((key) => part(fields[key])).join(" ");
}

/** Fields in the order of the zone file. */
const LINES: Readonly<Partial<Record<RecordType, readonly string[]>>> = {
  MX: ["priority", "exchange"],
  SRV: ["priority", "weight", "port", "name"],
  SOA: ["nsname", "hostmaster", "serial", "refresh", "retry", "expire", "minttl"],
};

const CAA_TAGS = ["issue", "issuewild", "iodef", "contactemail", "contactphone"];

function caaText(fields: Readonly<Record<string, unknown>>): string {
  const tag = CAA_TAGS.find((name) => fields[name] !== undefined) ?? "";
  return `${String(fields["critical"] ?? 0)} ${tag} ${JSON.stringify(String(fields[tag] ?? ""))}`;
}

function part(value: unknown): string {
  return typeof value === "string" ? hostText(value) : String(value);
}

function hostText(name: string): string {
  return name === "." ? name : name.toLowerCase().replace(/\.$/, "");
}
