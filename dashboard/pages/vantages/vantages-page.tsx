/** Vantages: how each is doing, and how a new one joins. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { EventsAnswer } from "../../../collector/wire/api-addresses.ts";
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Event } from "../../../collector/wire/event.ts";
import { carrierColor } from "../../charts/theme.ts";
import { byCarrier } from "../parts/by-carrier.ts";
import { Dot } from "../parts/fields.tsx";
import { NetworkSource } from "../parts/network-source.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { useLive, useNow, useResource, useThrottled } from "../state/resource.ts";
import { useTitle } from "../state/title.ts";
import { EgressFacts } from "./egress-facts.tsx";
import { VantageActions } from "./vantage-actions.tsx";
import { VantageForm } from "./vantage-form.tsx";

const CHANGES = "/event-log?kinds=egress&limit=200";
const EVERY_MS = 1500;
/** Contact times grow old without any event. */
const REFRESH_MS = 15_000;

export function VantagesPage() {
  const { t, client } = useApp();
  useTitle(t("nav.vantages"));
  const [adding, setAdding] = useState(false);
  const tick = Math.floor(useNow(REFRESH_MS) / REFRESH_MS);
  const list = useResource(`/vantages ${tick}`, (signal) =>
    client.get<{ vantages: VantageView[] }>("/vantages", signal),
  );
  const carriers = useResource("/carriers", (signal) =>
    client.get<{ carriers: Carrier[] }>("/carriers", signal),
  );
  const changes = useResource(CHANGES, (signal) => client.get<EventsAnswer>(CHANGES, signal));
  const reload = useThrottled(() => {
    list.reload();
    changes.reload();
  }, EVERY_MS);
  useLive((news) => {
    if (
      (news.type === "event" && news.kind === "egress") ||
      news.type === "vantage" ||
      news.type === "resumed"
    )
      reload();
  });
  if (!list.data || !carriers.data)
    return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  const vantages = byCarrier(list.data.vantages, carriers.data.carriers);
  const standing = vantages.filter((one) => one.status !== "revoked");
  return (
    <div class="stack">
      <div class="head">
        <div>
          <h1>{t("vantages.title", { n: standing.length })}</h1>
          <p class="sub">{t("vantages.sub")}</p>
        </div>
        <div class="side">
          <button type="button" class="btn primary" onClick={() => setAdding(true)}>
            {t("vantages.add")}
          </button>
        </div>
      </div>
      <div class="panel">
        {vantages.length === 0 && <p class="empty sub">{t("vantages.none")}</p>}
        {[...standing, ...vantages.filter((one) => one.status === "revoked")].map((one) => (
          <VantageCard
            key={one.vantage.id}
            view={one}
            carriers={carriers.data?.carriers ?? []}
            changes={(changes.data?.events ?? []).filter((event) => event.vantage === one.vantage.id)}
            onChanged={list.reload}
          />
        ))}
      </div>
      {vantages.some(({ egress }) => egress.some(({ hint }) => hint)) && <NetworkSource />}
      {adding && (
        <VantageForm
          carriers={carriers.data.carriers}
          vantages={vantages}
          onClose={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
    </div>
  );
}

type VantageCardProps = {
  view: VantageView;
  carriers: readonly Carrier[];
  /** Of where it is seen from, newest first. */
  changes: readonly Event[];
  onChanged: () => void;
};

const CHIPS = { ok: "up", waiting: "waiting", silent: "down", skewed: "slow", revoked: "unknown" } as const;

function VantageCard({ view, carriers, changes, onChanged }: VantageCardProps) {
  const { t, language, theme } = useApp();
  const { vantage, status } = view;
  const carrier = carriers.find((one) => one.id === vantage.carrier);
  return (
    <article class="vcard">
      <div>
        <div class="row">
          <b>{vantage.name}</b>
          <span class={`chip ${CHIPS[status]}`}>{t(`vantages.status.${status}`)}</span>
        </div>
        <div class="small">
          <Dot color={carrierColor(carrier?.color ?? "#7d5fb8", theme.dark)} />
          {carrierName(carriers, vantage.carrier, language)} · <span class="mono">{vantage.id}</span>
          {vantage.local && ` · ${t("vantages.local")}`}
          {vantage.simulated && ` · ${t("vantages.simulated")}`}
          {vantage.tags.length > 0 && ` · ${vantage.tags.join(", ")}`}
        </div>
      </div>
      <div class="stack tight">
        <Facts view={view} />
        <EgressFacts view={view} carriers={carriers} changes={changes} />
      </div>
      {status !== "revoked" && <VantageActions view={view} carriers={carriers} onChanged={onChanged} />}
    </article>
  );
}

const COUNTERS = ["stored", "late", "duplicate", "conflict", "tooOld", "future", "rejected"] as const;

/** Last contact, version, clock, what waits and what was lost: nothing is lost silently. */
function Facts({ view }: { view: VantageView }) {
  const { t, f } = useApp();
  const now = useNow(5000);
  const { contact, counters } = view;
  if (!contact) return <p class="small">{t("vantages.never")}</p>;
  const agoS = Math.max(0, (now - contact.atMs) / 1000);
  const lost = contact.dropped + contact.quarantined;
  const counted = COUNTERS.filter((name) => (counters[name] ?? 0) > 0);
  return (
    <div class="facts">
      <Fact name={t("vantages.col.contact")}>
        {agoS < 10 ? t("vantages.now") : t("vantages.ago", { duration: f.duration(agoS) })}
      </Fact>
      {contact.probeVersion && <Fact name={t("vantages.col.version")}>{contact.probeVersion}</Fact>}
      <Fact name={t("vantages.col.skew")} bad={Math.abs(contact.skewMs ?? 0) > 60_000}>
        {contact.skewMs === null
          ? t("common.none")
          : `${contact.skewMs < 0 ? "−" : "+"}${f.ms(Math.abs(contact.skewMs))}`}
      </Fact>
      <Fact name={t("vantages.col.spool")}>
        {t("vantages.records", { n: f.count(contact.spoolRecords) })}
        {contact.spoolBytes > 0 && ` (${f.bytes(contact.spoolBytes)})`}
      </Fact>
      <Fact name={t("vantages.col.lost")} bad={lost > 0}>
        {t("vantages.records", { n: f.count(lost) })}
      </Fact>
      {counted.map((name) => (
        <Fact
          key={name}
          name={t(`vantages.counter.${name}`)}
          bad={name === "conflict" || name === "rejected"}
        >
          {f.count(counters[name] ?? 0)}
        </Fact>
      ))}
    </div>
  );
}

function Fact({ name, children, bad = false }: { name: string; children: ComponentChildren; bad?: boolean }) {
  return (
    <span>
      {name} <b class={bad ? "bad-text" : ""}>{children}</b>
    </span>
  );
}
