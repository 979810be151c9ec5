/**
 * What counts as up: what a target's answer must be like. Written by people, judged by the probe.
 *
 * Every rule given must hold. Patterns are RE2's (no look-around, no back-references), so that none can block a probe.
 * Sizes in bytes, days of 86,400 s.
 */
import * as z from "zod";

/** One status or a range of them, e.g. 200 or "200-299". */
const StatusRange = z
  .string()
  .regex(/^[1-5]\d\d(?:-[1-5]\d\d)?$/, "a status like 200, or a range like 200-299")
  .refine((text) => text.length === 3 || text.slice(0, 3) <= text.slice(4), {
    message: "the range runs backwards",
  });

/** An RE2 pattern; whether it compiles is examined where a target is saved. */
export const Pattern = z.string().min(1).max(512);

/** A value in a JSON body, by a path like `data.items[0].state`, `$` the whole. */
export const JsonExpect = z.strictObject({
  path: z.string().min(1).max(256),
  /** What stands there, compared as JSON; absent = anything but nothing and null. */
  equals: z.union([z.string().max(512), z.number(), z.boolean(), z.null()]).optional(),
});
export type JsonExpect = z.infer<typeof JsonExpect>;

export const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, "a header's name");

export const HeaderExpect = z.strictObject({
  name: HeaderName,
  /** Absent = the header is there, whatever it says. */
  matches: Pattern.optional(),
});
export type HeaderExpect = z.infer<typeof HeaderExpect>;

/** Types of records that a dns:// target can ask for. */
export const RECORD_TYPES = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "CAA", "SRV", "PTR"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export const Expect = z.strictObject({
  status: z.array(StatusRange).min(1).max(16).default(["200-299"]),
  /** Text the decoded body must contain; compared byte for byte in UTF-8. */
  bodyContains: z.string().min(1).max(512).optional(),
  /** RE2 pattern that the decoded body, read as UTF-8, must match somewhere; its first 1 MiB is looked at. */
  bodyMatches: Pattern.optional(),
  json: z.array(JsonExpect).max(16).optional(),
  headers: z.array(HeaderExpect).max(16).optional(),
  /** Of the decoded body. */
  maxBytes: z.int().min(0).max(100_000_000).optional(),
  minBytes: z.int().min(1).max(100_000_000).optional(),
  /** The certificate must hold for at least this many days more. */
  certificateDays: z.int().min(1).max(3_650).optional(),
  /** For dns:// targets: each must be among the records, as `check` prints them. */
  records: z.array(z.string().min(1).max(512)).max(16).optional(),
});
export type Expect = z.infer<typeof Expect>;

/** Whether a status is in a target's list of expected ones. */
export function statusExpected(expected: readonly string[], status: number): boolean {
  return expected.some((range) => {
    const [from = "", to = from] = range.split("-");
    return status >= Number(from) && status <= Number(to);
  });
}
