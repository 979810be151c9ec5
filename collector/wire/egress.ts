/** Where a vantage is seen from: the present address of each family, since when, and whose network it is in. */
import * as z from "zod";
import { Seconds } from "./ids.ts";
import { NetworkHint } from "./path-evidence.ts";

export const Egress = z.strictObject({
  address: z.string().max(64),
  sinceS: Seconds,
  hint: NetworkHint.optional(),
});
export type Egress = z.infer<typeof Egress>;

/** Registry kind "egress", one of each vantage: at most one address of each family, IPv4 first. */
export const EgressRecord = z.strictObject({ seen: z.array(Egress).max(2) });
export type EgressRecord = z.infer<typeof EgressRecord>;
