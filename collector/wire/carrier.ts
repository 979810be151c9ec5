/** A carrier (ISP): what a vantage's measurements are seen from. Stored by the registry, shown on every page. */
import * as z from "zod";
import { DisplayName, Id } from "./ids.ts";

export const Carrier = z.strictObject({
  id: Id,
  /** Name in each language; the same text in both is fine. */
  name: z.strictObject({ zh: DisplayName, en: DisplayName }),
  /** Line colour on light ground; the dark theme lightens it. */
  color: z.string().regex(/^#[0-9a-f]{6}$/, "a colour like #2f6fde"),
  /** Position in tables and legends, ascending. */
  order: z.int().min(0).max(999).default(100),
});
export type Carrier = z.infer<typeof Carrier>;

/** The carriers a new installation knows. `local` is neutral: a machine that stands for no carrier. */
export const DEFAULT_CARRIERS: readonly Carrier[] = [
  { id: "ct", name: { zh: "电信", en: "China Telecom" }, color: "#2f6fde", order: 10 },
  { id: "cnc", name: { zh: "联通", en: "China Unicom" }, color: "#d9772b", order: 20 },
  { id: "cmcc", name: { zh: "移动", en: "China Mobile" }, color: "#158a7a", order: 30 },
  { id: "local", name: { zh: "本机", en: "This machine" }, color: "#7d5fb8", order: 90 },
];
