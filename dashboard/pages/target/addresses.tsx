/** The addresses of a target that has several measured: how each is doing from each vantage; pressing one shows its charts. */
import { useState } from "preact/hooks";
import type { AddressView, OtherAddresses, TargetAddresses } from "../../../collector/wire/api-addresses.ts";
import type { SampleView } from "../../../collector/wire/api-overview.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { carrierColor } from "../../charts/theme.ts";
import { networkText } from "../../i18n/event-text.ts";
import { listOf, shortFailure } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { Dot } from "../parts/fields.tsx";
import { NetworkSource } from "../parts/network-source.tsx";
import { carrierName, useApp } from "../state/app.ts";

type AddressesProps = {
  target: Target;
  data: TargetAddresses;
  /** The newest sample of the target's own series at each vantage: what is not measured is counted in it. */
  latest: readonly SampleView[];
  carriers: readonly Carrier[];
  names: ReadonlyMap<string, string>;
  /** The one whose charts are shown; null = the target's own. */
  shown: string | null;
  onPick: (address: string | null) => void;
};

const COLUMNS = ["network", "state", "latest", "availability", "seen"] as const;
/** Rows with which the charts below are still found; with more, addresses that are gone are folded away. */
const MOST_ROWS = 12;
/** Addresses without a series that are named. */
const MOST_OTHER = 3;

export function Addresses({ target, data, latest, carriers, names, shown, onPick }: AddressesProps) {
  const { t, language } = useApp();
  const nameOf = (id: string) => carrierName(carriers, id, language);
  // Addresses of no network that is known (this machine's, a private one) need no column for it.
  const hinted = data.vantages.some(({ addresses }) => addresses.some(({ hint }) => hint));
  const columns = COLUMNS.filter((column) => hinted || column !== "network");
  const measured = data.vantages.filter(({ addresses }) => addresses.length > 0);
  const places = measured.map((one) => {
    const alone = measured.filter(({ carrier }) => carrier === one.carrier).length === 1;
    return { one, name: alone ? nameOf(one.carrier) : (names.get(one.vantage) ?? one.vantage) };
  });
  const rows = measured.flatMap(({ addresses }) => addresses);
  const gone = rows.filter(({ live, address }) => !live && address !== shown).length;
  const [all, setAll] = useState(false);
  const folded = !all && rows.length > MOST_ROWS && gone > 0;
  return (
    <section class="panel">
      <header class="pad-head">
        <h2>{t(target.addresses?.measure === "families" ? "addresses.titleFamilies" : "addresses.title")}</h2>
        <span class="small">
          {ruleText(target, t)}{" "}
          {places.flatMap(({ one, name }) => nowText(one, name, otherAt(latest, one.vantage), t)).join(" · ")}
        </span>
      </header>
      {measured.length === 0 && <p class="empty small">{t("addresses.none")}</p>}
      {measured.length > 0 && (
        <div class="scroll-x">
          <table class="plain samples addresses">
            <thead>
              <tr>
                <th scope="col">{t("addresses.col.address")}</th>
                {columns.map((column) => (
                  <th key={column} scope="col" class={classOf(column)}>
                    {t(`addresses.col.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {measured.map((one) => (
                <>
                  <tr key={one.vantage} class="place">
                    <th scope="rowgroup" colSpan={columns.length + 1}>
                      <CarrierDot carriers={carriers} id={one.carrier} />
                      {nameOf(one.carrier)} <span class="small">{names.get(one.vantage) ?? one.vantage}</span>
                    </th>
                  </tr>
                  {one.addresses
                    .filter(({ live, address }) => !folded || live || address === shown)
                    .map((address) => (
                      <AddressRow
                        key={address.address}
                        view={address}
                        carriers={carriers}
                        hinted={hinted}
                        shown={shown === address.address}
                        onPick={() => onPick(shown === address.address ? null : address.address)}
                      />
                    ))}
                </>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {folded && (
        <div class="pad-foot">
          <button type="button" class="link" onClick={() => setAll(true)}>
            {t("addresses.showGone", { n: gone })}
          </button>
        </div>
      )}
      {data.vantages
        .filter(({ other }) => other.count > 0)
        .map(({ vantage, other }) => (
          <p key={vantage} class="small pad-foot">
            {otherText(names.get(vantage) ?? vantage, other, t)}
          </p>
        ))}
      {hinted && (
        <div class="pad-foot hide-phone">
          <NetworkSource />
        </div>
      )}
    </section>
  );
}

function CarrierDot({ carriers, id }: { carriers: readonly Carrier[]; id: string }) {
  const { theme } = useApp();
  const color = carriers.find((one) => one.id === id)?.color ?? "#7d5fb8";
  return <Dot color={carrierColor(color, theme.dark)} />;
}

type AddressRowProps = {
  view: AddressView;
  carriers: readonly Carrier[];
  /** Whether there is a column of networks. */
  hinted: boolean;
  shown: boolean;
  onPick: () => void;
};

function AddressRow({ view, carriers, hinted, shown, onPick }: AddressRowProps) {
  const { t, f, language } = useApp();
  const speaker = { t, f, carrier: (id: string) => carrierName(carriers, id, language) };
  const sample = view.latest?.sample;
  const total = sample?.timings.total ?? null;
  return (
    <tr class={`one ${view.live ? "" : "gone"}`} onClick={onPick} aria-current={shown}>
      <td>
        <button type="button" class="twist mono" aria-pressed={shown}>
          {familyName(view.address)}
        </button>
        {!view.live && <span class="small"> {t("addresses.gone")}</span>}
      </td>
      {hinted && <td class="small hide-phone">{view.hint ? networkText(view.hint, speaker) : ""}</td>}
      <td>
        {view.state === "down" && sample?.failure ? (
          <span class="chip down">{shortFailure(sample.failure, t, sample.detail.status)}</span>
        ) : (
          <span class={`chip ${view.state === "suspect" ? "unknown" : view.state}`}>
            {t(`state.${view.state}`)}
          </span>
        )}
      </td>
      <td class="num">{f.ms(total === null ? null : total / 1000)}</td>
      <td class="num">{f.share(view.availability24h.share)}</td>
      <td class="num hide-phone">{f.dayClock(view.lastS * 1000)}</td>
    </tr>
  );
}

function classOf(column: (typeof COLUMNS)[number]): string {
  if (column === "network") return "hide-phone";
  if (column === "state") return "";
  return column === "seen" ? "num hide-phone" : "num";
}

/** How many of them it takes, in words. */
function ruleText(target: Target, t: Translate): string {
  const up = target.addresses?.up ?? "majority";
  return typeof up === "number" ? t("addresses.rule.n", { n: up }) : t(`addresses.rule.${up}`);
}

/** How many of how many; nothing where none is in the answers any more. */
function nowText(
  { addresses }: TargetAddresses["vantages"][number],
  carrier: string,
  n: number,
  t: Translate,
): string[] {
  const live = addresses.filter((one) => one.live);
  if (live.length === 0) return [];
  const up = live.filter(({ state }) => state === "up" || state === "suspect").length;
  return [t(n > 0 ? "addresses.nowOther" : "addresses.now", { carrier, up, of: live.length, n })];
}

/** Addresses of the name that found no place at the vantage's probe. */
function otherAt(latest: readonly SampleView[], vantage: string): number {
  return latest.find((one) => one.vantage === vantage)?.sample.detail.addresses?.other ?? 0;
}

function otherText(vantage: string, { addresses, count }: OtherAddresses, t: Translate): string {
  const list = listOf(
    addresses.slice(0, MOST_OTHER).map(({ address }) => address),
    { t },
  );
  return t("addresses.other", { vantage, n: addresses.length || count, list });
}

/** An address as people write it: IPv4 for the family. */
export function familyName(address: string): string {
  return address === "ipv4" ? "IPv4" : address === "ipv6" ? "IPv6" : address;
}
