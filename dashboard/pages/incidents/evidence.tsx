/** What may explain an incident: the routes that were taken, changed addresses, altered answers. Newest first. */
import type { EventsAnswer } from "../../../collector/wire/api-addresses.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Event } from "../../../collector/wire/event.ts";
import { type EventSpeaker, eventText, standing } from "../../i18n/event-text.ts";
import { AlteredTable } from "../parts/altered.tsx";
import { PathView } from "../parts/path-view.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";

type EvidenceProps = {
  /** Id. */
  incident: string;
  carriers: readonly Carrier[];
  names: ReadonlyMap<string, string>;
};

/** Routes are long: the newest are open, the rest a press away. */
const OPEN = 1;

export function Evidence({ incident, carriers, names }: EvidenceProps) {
  const { t, client } = useApp();
  const path = `/incidents/${encodeURIComponent(incident)}/events`;
  const found = useResource<EventsAnswer>(path, (signal) => client.get(path, signal));
  if (!found.data) {
    return found.error ? (
      <ProblemBox error={found.error} retry={found.reload} />
    ) : (
      <p class="small">{t("path.loading")}</p>
    );
  }
  const events = standing(found.data.events);
  const routes = events.filter(({ kind }) => kind === "path");
  return (
    <section class="evidence">
      {events.length === 0 && <p class="small">{t("evidence.none")}</p>}
      {events.map((event) => (
        <OneEvent
          key={event.id}
          event={event}
          carriers={carriers}
          names={names}
          open={routes.indexOf(event) < OPEN}
        />
      ))}
    </section>
  );
}

type OneEventProps = Omit<EvidenceProps, "incident"> & { event: Event; open: boolean };

function OneEvent({ event, carriers, names, open }: OneEventProps) {
  const { t, f, language } = useApp();
  const speaker: EventSpeaker = {
    ...{ t, f, carrier: (id) => carrierName(carriers, id, language) },
    vantage: (id) => names.get(id) ?? id,
  };
  const line = (
    <>
      <span class="small">{f.dayClock(event.atS * 1000)}</span> {eventText(event, speaker)}
    </>
  );
  if (event.kind !== "path" && event.kind !== "altered") return <p>{line}</p>;
  return (
    <details class="more" open={open}>
      <summary>{line}</summary>
      {event.kind === "path" ? (
        <PathView evidence={event.evidence} carriers={carriers} />
      ) : (
        <AlteredTable differs={event.differs} />
      )}
    </details>
  );
}
