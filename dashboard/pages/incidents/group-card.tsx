/** Several incidents that are one outage: which carrier, since when, what most of them say, which targets; each unfolds. */
import { useState } from "preact/hooks";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import { carrierColor } from "../../charts/theme.ts";
import { incidentText, listOf, toldText } from "../../i18n/incident-text.ts";
import { Dot } from "../parts/fields.tsx";
import { Link } from "../parts/link.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { commonest, type Group, membersOf } from "./groups.ts";
import { IncidentCard, Lasting } from "./incident-card.tsx";

type GroupCardProps = {
  group: Group;
  carriers: readonly Carrier[];
  /** Of vantages. */
  names: ReadonlyMap<string, string>;
};

export function GroupCard({ group, carriers, names }: GroupCardProps) {
  const { t, f, language } = useApp();
  const [shown, setShown] = useState(false);
  const { incidents } = group;
  const members = membersOf(group);
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  const open = incidents.filter(({ toS }) => toS === null).length;
  const { text, others } =
    group.class === "silent"
      ? { text: t("incidents.group.silent"), others: 0 }
      : commonest(incidents.map((incident) => incidentText(incident, speaker)));
  return (
    <article class="list-card group">
      <div class="top">
        <span class={`chip ${group.toS === null && group.class !== "silent" ? group.class : "unknown"}`}>
          {t(`class.${group.class}`)}
        </span>
        <b>
          <Where group={group} carriers={carriers} />
        </b>
        <Lasting fromS={group.fromS} toS={group.toS} />
      </div>
      <p>
        {text}
        {others > 0 && <span class="sub">{t("incidents.group.others", { n: others })}</span>}
      </p>
      <ul class="members">
        {members.map(({ newest, isOver }) => (
          <li key={newest.id}>
            <Link to={newest.subject === "target" ? `/targets/${newest.target}` : "/vantages"}>
              {newest.name}
            </Link>
            {group.toS === null && isOver && <span class="small">{t("incidents.group.over")}</span>}
          </li>
        ))}
      </ul>
      <div class="more-line">
        <button type="button" class="quiet twisty" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {t(shown ? "incidents.group.hide" : "incidents.group.show", { n: incidents.length })}
        </button>
        <span class="small push">
          {open > 0 && open < incidents.length && `${t("incidents.group.open", { n: open })} · `}
          {toldText({ transitions: incidents.flatMap(({ transitions }) => transitions) }, t)}
        </span>
      </div>
      {shown && (
        <div class="inner">
          {incidents.map((incident) => (
            <IncidentCard key={incident.id} incident={incident} carriers={carriers} names={names} />
          ))}
        </div>
      )}
    </article>
  );
}

/** The carriers in their colours, and how many targets or vantages. */
function Where({ group, carriers }: Pick<GroupCardProps, "group" | "carriers">) {
  const { t, language, theme } = useApp();
  const [first] = group.incidents;
  const ids = first?.carriers ?? [];
  const key = first?.subject === "vantage" ? "incidents.group.vantages" : "incidents.group.targets";
  const n = membersOf(group).length;
  return (
    <>
      {ids.map((id) => (
        <Dot
          key={id}
          color={carrierColor(carriers.find((one) => one.id === id)?.color ?? "#7d5fb8", theme.dark)}
        />
      ))}
      {t(key, {
        carriers: listOf(
          ids.map((id) => carrierName(carriers, id, language)),
          { t },
        ),
        n,
      })}
    </>
  );
}
