/** One incident: what, where, since when, who was told, and on demand its course and its evidence. */
import { useState } from "preact/hooks";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { incidentText, type Speaker, toldText } from "../../i18n/incident-text.ts";
import { Link } from "../parts/link.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useNow } from "../state/resource.ts";
import { Evidence } from "./evidence.tsx";

type IncidentCardProps = {
  incident: IncidentView;
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
};

export function IncidentCard({ incident, carriers, names }: IncidentCardProps) {
  const { t, f, language } = useApp();
  const [shown, setShown] = useState(false);
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  return (
    <article class="list-card">
      <div class="top">
        <span class={`chip ${incident.toS === null ? chipOf(incident) : "unknown"}`}>
          {t(`class.${incident.class}`)}
        </span>
        <b>
          {incident.subject === "target" ? (
            <Link to={`/targets/${incident.target}`}>{incident.name}</Link>
          ) : (
            <Link to="/vantages">{incident.name}</Link>
          )}
        </b>
        <Lasting fromS={incident.fromS} toS={incident.toS} />
      </div>
      <p>{incidentText(incident, speaker)}</p>
      <div class="more-line">
        <button type="button" class="quiet twisty" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {t(shown ? "incidents.hideHistory" : "incidents.history")}
        </button>
        <span class="small push">{toldText(incident, t)}</span>
      </div>
      {shown && (
        <>
          <Course incident={incident} speaker={speaker} />
          <Evidence incident={incident.id} carriers={carriers} names={names} />
        </>
      )}
    </article>
  );
}

type LastingProps = {
  fromS: number;
  /** null = it still does. */
  toS: number | null;
};

/** Since when, or from when to when, and for how long. */
export function Lasting({ fromS, toS }: LastingProps) {
  const { t, f } = useApp();
  const nowMs = useNow(30_000);
  const duration = f.duration((toS ?? Math.floor(nowMs / 1000)) - fromS);
  return (
    <span class="small push">
      {toS === null ? f.dayClock(fromS * 1000) : f.period(fromS * 1000, toS * 1000)} ·{" "}
      {t(toS === null ? "incident.lasting" : "incident.lasted", { duration })}
    </span>
  );
}

/** Every transition with what decided it. */
function Course({ incident, speaker }: { incident: IncidentView; speaker: Speaker }) {
  const { t, f } = useApp();
  return (
    <ol class="course">
      {incident.transitions.map((one) => (
        <li key={`${one.kind}-${one.tick}`}>
          <span class="small">{f.dayClock(one.tick * 1000)}</span>{" "}
          {one.kind === "ended"
            ? t("incidents.kind.ended")
            : t("common.says", {
                name: t(`incidents.kind.${one.kind}`),
                text: incidentText({ ...incident, class: one.class, transitions: [one] }, speaker),
              })}
        </li>
      ))}
    </ol>
  );
}

function chipOf(incident: IncidentView): string {
  return incident.class === "silent" ? "unknown" : incident.class;
}
