/** Incidents of the shown range, newest first. */
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { incidentText, toldText } from "../../i18n/incident-text.ts";
import { carrierName, useApp } from "../state/app.ts";

type IncidentListProps = { incidents: readonly IncidentView[]; carriers: readonly Carrier[]; nowMs: number };

export function IncidentList({ incidents, carriers, nowMs }: IncidentListProps) {
  const { t, f, language } = useApp();
  const newest = [...incidents].sort((a, b) => b.fromS - a.fromS).slice(0, 12);
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  return (
    <section class="panel side-panel">
      <h2>{t("target.incidents")}</h2>
      {newest.length === 0 ? (
        <p class="small">{t("target.noIncidents")}</p>
      ) : (
        <div>
          {newest.map((incident) => (
            <div key={incident.id} class={`ev ${incident.class}`}>
              <i aria-hidden="true" />
              <span>
                {incidentText(incident, speaker)}
                <br />
                <span class="small">
                  {f.dayClock(incident.fromS * 1000)} · {toldText(incident, t)}
                </span>
              </span>
              <span class="small num">
                {f.duration((incident.toS ?? Math.floor(nowMs / 1000)) - incident.fromS)}
              </span>
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
