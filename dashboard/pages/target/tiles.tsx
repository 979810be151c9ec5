/** The six numbers of a target. */
import type { ComponentChildren } from "preact";
import type { TargetView } from "../../../collector/wire/api-overview.ts";
import { type Shape, shapeOf } from "../../charts/target-kind.ts";
import { msQuantity, NOTHING, percent, type Quantity, speedQuantity } from "../../i18n/format.ts";
import { useApp } from "../state/app.ts";
import { useCollectorNow } from "../state/resource.ts";

const DAY_S = 86_400;

export function Tiles({ view }: { view: TargetView }) {
  const { t } = useApp();
  const share = view.availability30d.share;
  const { kind } = shapeOf(view.row.target.url);
  return (
    <div class={`tiles ${HAS_CERTIFICATE.includes(kind) ? "" : "five"}`}>
      <Tile name={t("target.tile.availability")}>
        {share === null ? NOTHING : percent(share)}
        {share !== null && <small>%</small>}
      </Tile>
      <QuantityTile name={t("target.tile.p50")} quantity={msQuantity(view.p50Ms30d)} />
      <QuantityTile name={t("target.tile.p95")} quantity={msQuantity(view.p95Ms30d)} />
      <KindTile view={view} kind={kind} />
      {HAS_CERTIFICATE.includes(kind) && <CertificateTile view={view} />}
      <NextTile view={view} />
    </div>
  );
}

/** Kinds that may see one. */
const HAS_CERTIFICATE: readonly Shape["kind"][] = ["http", "tls"];

/** What matters most beside the time, by kind. */
function KindTile({ view, kind }: { view: TargetView; kind: Shape["kind"] }) {
  const { t } = useApp();
  const up = view.latest.filter((one) => one.sample.state === "up").map((one) => one.sample);
  const least = (times: readonly (number | null)[]) => {
    const known = times.filter((us) => us !== null);
    return msQuantity(known.length === 0 ? null : Math.min(...known) / 1000);
  };
  if (kind === "ping") return <LossTile view={view} />;
  if (kind === "dns") {
    const records = up[0]?.detail.records;
    return <Tile name={t("tile.records")}>{records ? records.length : NOTHING}</Tile>;
  }
  if (kind === "tcp")
    return (
      <QuantityTile name={t("tile.connect")} quantity={least(up.map(({ timings }) => timings.connect))} />
    );
  if (kind === "tls")
    return <QuantityTile name={t("tile.handshake")} quantity={least(up.map(({ timings }) => timings.tls))} />;
  // An answer that was judged down has a speed in the log, but none that counts.
  const speeds = up.map(({ timings }) => timings.speed).filter((speed) => speed !== null);
  const best = speeds.length === 0 ? null : Math.max(...speeds);
  return <QuantityTile name={t("target.tile.speed")} quantity={speedQuantity(best)} />;
}

/** Connects without an answer in the newest round, of all vantages together. */
function LossTile({ view }: { view: TargetView }) {
  const { t } = useApp();
  const pings = view.latest.flatMap((one) => one.sample.detail.ping ?? []);
  const sent = pings.reduce((sum, ping) => sum + ping.sent, 0);
  const lost = pings.reduce((sum, ping) => sum + ping.sent - ping.received, 0);
  return (
    <Tile name={t("tile.loss")} bad={lost > 0}>
      {sent === 0 ? NOTHING : percent(lost / sent)}
      {sent > 0 && <small>%</small>}
    </Tile>
  );
}

function Tile({ name, children, bad = false }: { name: string; children: ComponentChildren; bad?: boolean }) {
  return (
    <div class="tile">
      <span class="small">{name}</span>
      <b class={bad ? "bad-text" : ""}>{children}</b>
    </div>
  );
}

function QuantityTile({ name, quantity }: { name: string; quantity: Quantity }) {
  return (
    <Tile name={name}>
      {quantity.value}
      <small>{quantity.unit}</small>
    </Tile>
  );
}

function CertificateTile({ view }: { view: TargetView }) {
  const { t } = useApp();
  const name = t("target.tile.certificate");
  if (view.certificateNotAfterS === null) return <Tile name={name}>{NOTHING}</Tile>;
  const days = Math.floor((view.certificateNotAfterS - view.nowMs / 1000) / DAY_S);
  if (days < 0)
    return (
      <Tile name={name} bad>
        {t("target.tile.expired")}
      </Tile>
    );
  return (
    <Tile name={name} bad={days < 14}>
      {days}
      <small>{t("target.tile.days")}</small>
    </Tile>
  );
}

/** Counts down to the next round by the collector's clock. */
function NextTile({ view }: { view: TargetView }) {
  const { t } = useApp();
  const now = useCollectorNow(view.nowMs, 1000);
  const name = t("target.tile.next");
  if (view.row.status === "paused") return <Tile name={name}>{t("target.next.paused")}</Tile>;
  const s = Math.ceil((view.row.nextTickMs - now) / 1000);
  return (
    <Tile name={name}>
      {s <= 0 ? t("target.next.now") : `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`}
    </Tile>
  );
}
