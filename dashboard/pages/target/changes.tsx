/** What happened in the shown range beside the numbers: addresses, routes, altered answers. Newest first. */
import { useState } from "preact/hooks";
import type { EventsAnswer } from "../../../collector/wire/api-addresses.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { ChartEvent, PathMark } from "../../../collector/wire/event.ts";
import { type EventSpeaker, eventText } from "../../i18n/event-text.ts";
import { AlteredTable } from "../parts/altered.tsx";
import { NetworkSource } from "../parts/network-source.tsx";
import { PathView } from "../parts/path-view.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";

/** Listed before the rest is asked for. */
const MOST = 8;

type ChangesProps = {
  events: readonly ChartEvent[];
  carriers: readonly Carrier[];
  names: ReadonlyMap<string, string>;
};

export function Changes({ events, carriers, names }: ChangesProps) {
  const { t, f, language } = useApp();
  const [open, setOpen] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  if (events.length === 0) return null;
  const shown = all ? events : events.slice(0, MOST);
  const speaker: EventSpeaker = {
    ...{ t, f, carrier: (id) => carrierName(carriers, id, language) },
    vantage: (id) => names.get(id) ?? id,
  };
  return (
    <section class="panel side-panel changes">
      <h2>{t("event.title")}</h2>
      <div>
        {shown.map((event) => (
          <div key={event.id} class={`ev mark is-${event.kind}`}>
            <i aria-hidden="true" />
            <div>
              {eventText(event, speaker)}
              <div class="small">
                {f.dayClock(event.atS * 1000)}
                {hasMore(event) && (
                  <button
                    type="button"
                    class="link"
                    aria-expanded={open === event.id}
                    onClick={() => setOpen(open === event.id ? null : event.id)}
                  >
                    {t(open === event.id ? "event.hide" : "event.show")}
                  </button>
                )}
              </div>
              {open === event.id && event.kind === "path" && <PathOf mark={event} carriers={carriers} />}
              {open === event.id && event.kind === "altered" && <AlteredTable differs={event.differs} />}
            </div>
          </div>
        ))}
      </div>
      {shown.length < events.length && (
        <button type="button" class="link small" onClick={() => setAll(true)}>
          {t("event.more", { n: events.length - shown.length })}
        </button>
      )}
      {shown.some((event) => event.kind === "egress" && (event.fromHint ?? event.toHint)) && (
        <NetworkSource />
      )}
    </section>
  );
}

function hasMore(event: ChartEvent): boolean {
  return event.kind === "altered" || event.kind === "path";
}

/** The whole of a route that a chart only marks. */
function PathOf({ mark, carriers }: { mark: PathMark; carriers: readonly Carrier[] }) {
  const { t, client } = useApp();
  const { target, vantage, atS, id } = mark;
  const path = `/event-log?kinds=path&target=${target}&vantage=${vantage}&from=${atS}&to=${atS}&limit=20`;
  const found = useResource<EventsAnswer>(path, (signal) => client.get(path, signal));
  if (!found.data) return <p class="small">{t("path.loading")}</p>;
  const event = found.data.events.find((one) => one.id === id);
  return event?.kind === "path" ? (
    <PathView evidence={event.evidence} carriers={carriers} />
  ) : (
    <p class="small">{t("path.nothing")}</p>
  );
}
