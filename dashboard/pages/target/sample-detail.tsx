/** All that is known of one stored measurement, and the route that was taken when it failed. */
import type { EventsAnswer } from "../../../collector/wire/api-addresses.ts";
import type { SampleView } from "../../../collector/wire/api-overview.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import { PathView } from "../parts/path-view.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { ResultBars, ResultFacts, ResultFailure } from "./result-detail.tsx";

type SampleDetailProps = { view: SampleView; carriers: readonly Carrier[] };

export function SampleDetail({ view, carriers }: SampleDetailProps) {
  const { t, f } = useApp();
  const { sample, receivedMs, live } = view;
  const arrived = t(live ? "target.detail.live" : "target.detail.lateArrival");
  const first = [
    { name: t("target.col.time"), value: f.full(sample.startedMs) },
    { name: t("target.detail.arrived"), value: `${f.clockSeconds(receivedMs)} · ${arrived}` },
  ];
  // Nobody measures without a word about it; only where nobody could measure there may be none.
  const bare = sample.state !== "unknown" && Object.keys(sample.detail).length === 0;
  return (
    <div class="stack detail-box">
      <ResultBars result={sample} />
      <ResultFailure result={sample} />
      {bare && <p class="sub">{t("target.detail.bare")}</p>}
      <ResultFacts result={sample} first={first} />
      {sample.state === "down" && <PathOf view={view} carriers={carriers} />}
    </div>
  );
}

/** The route a probe took at this tick, if it took one; nothing where it did not. */
function PathOf({ view, carriers }: SampleDetailProps) {
  const { t, client } = useApp();
  const { target, tick } = view.sample;
  const path = `/event-log?kinds=path&target=${target}&vantage=${view.vantage}&from=${tick}&to=${tick}&limit=1`;
  const found = useResource<EventsAnswer>(path, (signal) => client.get(path, signal));
  const [event] = found.data?.events ?? [];
  if (event?.kind !== "path") return null;
  return (
    <section>
      <h3>{t("path.title")}</h3>
      <PathView evidence={event.evidence} carriers={carriers} />
    </section>
  );
}
