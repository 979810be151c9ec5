/** All incidents: what is happening first, then what was; one outage over several targets is one entry. */
import { useState } from "preact/hooks";
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useLive, useResource, useThrottled } from "../state/resource.ts";
import { useTitle } from "../state/title.ts";
import { GroupCard } from "./group-card.tsx";
import { type Group, groupsOf } from "./groups.ts";
import { IncidentCard } from "./incident-card.tsx";

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
  const groups = groupsOf(list.data.incidents);
  const open = groups.filter((group) => group.toS === null);
  const past = groups.filter((group) => group.toS !== null);
  const known = carriers.data?.carriers ?? [];
  const names = new Map((vantages.data?.vantages ?? []).map(({ vantage }) => [vantage.id, vantage.name]));
  return (
    <div class="stack">
      <h1>{t("incidents.title")}</h1>
      {groups.length === 0 ? (
        <p class="panel empty sub">{t("incidents.none")}</p>
      ) : (
        <>
          <h2>{t("incidents.open")}</h2>
          <div class="panel">
            {open.length === 0 && <p class="list-card sub">{t("incidents.noneOpen")}</p>}
            <Groups groups={open} carriers={known} names={names} />
          </div>
          {past.length > 0 && <h2>{t("incidents.past")}</h2>}
          {past.length > 0 && (
            <div class="panel">
              <Groups groups={past.slice(0, most)} carriers={known} names={names} />
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

type GroupsProps = {
  groups: readonly Group[];
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
};

function Groups({ groups, ...known }: GroupsProps) {
  return (
    <>
      {groups.map((group) => {
        const [newest] = group.incidents;
        // The first of a group stays its first, so that what is unfolded stays so when another joins.
        const key = group.incidents.at(-1)?.id ?? "";
        return newest && group.incidents.length === 1 ? (
          <IncidentCard key={key} incident={newest} {...known} />
        ) : (
          <GroupCard key={key} group={group} {...known} />
        );
      })}
    </>
  );
}
