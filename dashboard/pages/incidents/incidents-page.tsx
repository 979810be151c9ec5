/** All incidents: what is happening first, then what was, each with its course. */
import { useState } from "preact/hooks";
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { incidentText, type Speaker, toldText } from "../../i18n/incident-text.ts";
import { Link } from "../parts/link.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useLive, useNow, useResource, useThrottled } from "../state/resource.ts";
import { useTitle } from "../state/title.ts";
import { Evidence } from "./evidence.tsx";

const LIMIT = 200;
/** Ended ones that are listed before more is asked for. */
const PAST = 20;
const EVERY_MS = 1500;

export function IncidentsPage() {
  const { t, client } = useApp();
  useTitle(t("nav.incidents"));
  const [most, setMost] = useState(PAST);
  const list = useResource(`/incidents?limit=${LIMIT}`, (signal) =>
    client.get<{ incidents: IncidentView[] }>(`/incidents?limit=${LIMIT}`, signal),
  );
  const carriers = useResource("/carriers", (signal) =>
    client.get<{ carriers: Carrier[] }>("/carriers", signal),
  );
  const vantages = useResource("/vantages", (signal) =>
    client.get<{ vantages: VantageView[] }>("/vantages", signal),
  );
  const reload = useThrottled(list.reload, EVERY_MS);
  useLive((news) => {
    if (news.type === "incident" || news.type === "resumed") reload();
  });
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  const newest = [...list.data.incidents].sort((a, b) => b.fromS - a.fromS);
  const open = newest.filter((incident) => incident.toS === null);
  const past = newest.filter((incident) => incident.toS !== null);
  const known = carriers.data?.carriers ?? [];
  const names = new Map((vantages.data?.vantages ?? []).map(({ vantage }) => [vantage.id, vantage.name]));
  return (
    <div class="stack">
      <h1>{t("incidents.title")}</h1>
      {newest.length === 0 ? (
        <p class="panel empty sub">{t("incidents.none")}</p>
      ) : (
        <>
          <h2>{t("incidents.open")}</h2>
          <div class="panel">
            {open.length === 0 && <p class="list-card sub">{t("incidents.noneOpen")}</p>}
            {open.map((incident) => (
              <IncidentCard key={incident.id} incident={incident} carriers={known} names={names} />
            ))}
          </div>
          {past.length > 0 && <h2>{t("incidents.past")}</h2>}
          {past.length > 0 && (
            <div class="panel">
              {past.slice(0, most).map((incident) => (
                <IncidentCard key={incident.id} incident={incident} carriers={known} names={names} />
              ))}
              {past.length > most && (
                <div class="pad-foot">
                  <button type="button" class="link" onClick={() => setMost(most + PAST * 2)}>
                    {t("incidents.more", { n: past.length - most })}
                  </button>
                </div>
              )}
            </div>
          )}
        </>
      )}
    </div>
  );
}

type IncidentCardProps = {
  incident: IncidentView;
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
};

function IncidentCard({ incident, carriers, names }: IncidentCardProps) {
  const { t, f, language } = useApp();
  const nowMs = useNow(30_000);
  const [shown, setShown] = useState(false);
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  const lastS = (incident.toS ?? Math.floor(nowMs / 1000)) - incident.fromS;
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
        <span class="small push">
          {incident.toS === null
            ? f.dayClock(incident.fromS * 1000)
            : f.period(incident.fromS * 1000, incident.toS * 1000)}{" "}
          ·{" "}
          {t(incident.toS === null ? "incident.lasting" : "incident.lasted", { duration: f.duration(lastS) })}
        </span>
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
