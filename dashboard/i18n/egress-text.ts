/** Whether a vantage is seen from the network of the carrier it stands for. Pure. */
import type { Egress } from "../../collector/wire/egress.ts";
import type { NetworkHint } from "../../collector/wire/path-evidence.ts";

/** The carriers whose networks the table that is shipped can tell apart. A carrier of the user's own may be any network. */
const TOLD_APART: readonly string[] = ["ct", "cnc", "cmcc"];

/**
 * Addresses that belong to another carrier than the vantage says.
 *
 * @param carrier Id of the vantage's carrier.
 */
export function foreignEgress(
  egress: readonly Egress[],
  carrier: string,
): (Egress & { readonly hint: NetworkHint })[] {
  if (!TOLD_APART.includes(carrier)) return [];
  return egress.flatMap((one) => {
    const { hint } = one;
    // A network of no carrier the table knows (a cloud, another country) is another network as well.
    return hint && (hint.carrier ?? hint.name) !== undefined && hint.carrier !== carrier
      ? [{ ...one, hint }]
      : [];
  });
}
