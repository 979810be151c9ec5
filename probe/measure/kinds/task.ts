/** What one measurement of a kind works with: the probe's tools, the assignment, the way there, what becomes known. */
import type { Detail } from "../../../collector/wire/sample.ts";
import type { Measurable } from "../measured.ts";
import type { HopTools, Reaching, Way } from "../reach.ts";

export type KindTask = {
  readonly tools: HopTools;
  readonly assignment: Measurable;
  /** Without host and port, which the URL's kind says. */
  readonly way: Omit<Way, "host" | "port">;
  readonly reaching: Reaching;
  /** Filled beside the facts of the way, also of a measurement that fails. */
  readonly detail: Detail;
};
