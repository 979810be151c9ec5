/** The order in which vantages are listed wherever they are. */
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";

/** By carrier, as the carriers themselves are ordered, then by name. */
export function byCarrier(vantages: readonly VantageView[], carriers: readonly Carrier[]): VantageView[] {
  const place = ({ vantage }: VantageView) => carriers.findIndex(({ id }) => id === vantage.carrier);
  return [...vantages].sort((a, b) => place(a) - place(b) || a.vantage.name.localeCompare(b.vantage.name));
}
