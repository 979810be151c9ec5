/** Where a vantage is seen from: address, whose network, since when, earlier changes, and a warning where it does not fit. */
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Event } from "../../../collector/wire/event.ts";
import { foreignEgress } from "../../i18n/egress-text.ts";
import { egressText, networkText } from "../../i18n/event-text.ts";
import { carrierName, useApp } from "../state/app.ts";

type EgressFactsProps = { view: VantageView; carriers: readonly Carrier[]; changes: readonly Event[] };

/** Changes that are listed. */
const MOST = 10;

export function EgressFacts({ view, carriers, changes }: EgressFactsProps) {
  const { t, f, language } = useApp();
  const { vantage, egress } = view;
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  const foreign = view.status === "revoked" ? [] : foreignEgress(egress, vantage.carrier);
  if (egress.length === 0 && changes.length === 0) return null;
  return (
    <>
      {egress.length > 0 && (
        <div class="facts">
          {egress.map((one) => (
            <span key={one.address}>
              {t("vantages.egress")} <b class="mono">{one.address}</b>{" "}
              {one.hint && <b>{networkText(one.hint, speaker)}</b>}{" "}
              {t("vantages.egress.since", { time: f.date(one.sinceS * 1000) })}
            </span>
          ))}
        </div>
      )}
      {foreign.map((one) => (
        <p key={one.address} class="warn-text small-warning">
          {t("vantages.egress.other", {
            address: one.address,
            network: networkText(one.hint, speaker),
            carrier: speaker.carrier(vantage.carrier),
          })}
        </p>
      ))}
      {changes.length > 0 && (
        <details class="more small">
          <summary>
            {t("vantages.egress.changes")} ({changes.length})
          </summary>
          <ol class="course">
            {changes.slice(0, MOST).map((event) => (
              <li key={event.id}>
                <span class="small">{f.dayClock(event.atS * 1000)}</span>{" "}
                {event.kind === "egress" && egressText(event, speaker)}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
