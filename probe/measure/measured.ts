/** What goes into a measurement and what comes out of it: the seam to the schedule. */
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Sample } from "../../collector/wire/sample.ts";

/** What a measurement knows; the schedule adds target, tick, step and number. */
export type Measured = Omit<Sample, "target" | "tick" | "stepS" | "seq">;

/** The part of an assignment that is measured. */
export type Measurable = Pick<
  Assignment,
  | "url"
  | "method"
  | "family"
  | "expect"
  | "timeouts"
  | "redirects"
  | "bodyCapBytes"
  | "request"
  | "tls"
  | "addresses"
>;
