/**
 * Whose fault it is when nothing can be reached any more: the facts this machine can see become a blame. Pure.
 *
 * Own interface, route or gateway dead: the probe's. Gateway alive and every reference point beyond it dead: the
 * network's, which is the carrier's. Anything else, and whatever could not be found out, changes nothing.
 */

export type Findings = {
  /** False: the source address that is configured is not on this machine any more. */
  readonly hasSource: boolean;
  /** False: there is none to the address; null = routes cannot be read here. */
  readonly hasRoute: boolean | null;
  readonly device: string | null;
  /** False: the interface of the route, or every interface where there is no route, is down; null = not known. */
  readonly linkUp: boolean | null;
  /** Null = the route has none, or is not known. */
  readonly gateway: { readonly address: string; readonly state: GatewayState } | null;
  readonly references: { readonly asked: number; readonly alive: number };
};

/** alive: answered, or its link address was confirmed just now. silent: it answers nothing although it should. */
export type GatewayState = "alive" | "silent" | "unsure";

export type Blame = {
  /** null: nothing is changed. */
  readonly who: "probe" | "network" | null;
  /** For people. */
  readonly note: string;
};

/** @param about The source address, and the address nobody could reach, as text. */
export function decide(
  found: Findings,
  about: { readonly source: string | undefined; readonly to: string },
): Blame {
  const { gateway, references } = found;
  const device = found.device ?? "the network interface";
  if (!found.hasSource) return own(`this machine has no address ${about.source ?? ""} any more`);
  if (found.linkUp === false) return own(`${device} of this machine is down`);
  if (found.hasRoute === false) return own(`this machine has no route to ${about.to}`);
  if (references.alive > 0)
    return nothing(`${references.alive} of ${references.asked} reference points answer`);
  if (gateway?.state === "silent") return own(`the gateway ${gateway.address} does not answer`);
  if (references.asked === 0) {
    return nothing(
      gateway?.state === "alive"
        ? `the gateway ${gateway.address} answers; no reference points beyond it are configured`
        : "",
    );
  }
  const silent = `none of ${references.asked} reference points answers`;
  if (gateway?.state === "alive") return network(`the gateway ${gateway.address} answers, ${silent}`);
  if (gateway === null && found.hasRoute === true && found.linkUp === true)
    return network(`${device} is up, ${silent}`);
  return nothing(`${silent}; whether the gateway is alive could not be found out`);
}

const own = (note: string): Blame => ({ who: "probe", note });
const network = (note: string): Blame => ({ who: "network", note });
const nothing = (note: string): Blame => ({ who: null, note });
