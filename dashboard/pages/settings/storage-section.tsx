/** What is kept, how large it is now and will ever be, and the backups. */
import type { StorageView } from "../../../collector/wire/api-settings.ts";
import { NOTHING } from "../../i18n/format.ts";
import { partText } from "../../i18n/storage-text.ts";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";

export function StorageSection() {
  const { t, f, client } = useApp();
  const storage = useResource<StorageView>("/storage", (signal) => client.get("/storage", signal));
  if (!storage.data)
    return storage.error ? <ProblemBox error={storage.error} retry={storage.reload} /> : null;
  const view = storage.data;
  const share = view.bytesFull > 0 ? Math.min(1, view.bytesNow / view.bytesFull) : 0;
  return (
    <div class="stack">
      {!view.ready && (
        <p class="problem" role="alert">
          {t("settings.storage.notReady", { reasons: view.reasons.join("; ") })}
        </p>
      )}
      <div class="tiles five">
        <Tile name={t("settings.storage.now")} value={f.bytes(view.bytesNow)} />
        <Tile name={t("settings.storage.full")} value={f.bytes(view.bytesFull)} />
        <Tile name={t("settings.storage.free")} value={f.bytes(view.diskFreeBytes)} />
        <Tile name={t("settings.storage.series")} value={f.count(view.series)} />
        <Tile name={t("settings.storage.perSeries")} value={f.bytes(view.bytesPerSeriesFull)} />
      </div>
      <svg
        class="meter"
        viewBox="0 0 1000 8"
        preserveAspectRatio="none"
        role="img"
        aria-label={f.share(share)}
      >
        <title>{f.share(share)}</title>
        <rect width={Math.max(2, share * 1000)} height="8" />
      </svg>
      <div class="scroll-x">
        <table class="legend">
          <thead>
            <tr>
              <th scope="col">{t("settings.storage.part")}</th>
              <th scope="col">{t("settings.storage.now")}</th>
              <th scope="col">{t("settings.storage.perSeries")}</th>
            </tr>
          </thead>
          <tbody>
            {view.parts.map((one) => (
              <tr key={one.part}>
                <th scope="row">{partText(one.part, t, f)}</th>
                <td>{f.bytes(one.bytesNow)}</td>
                <td>{one.bytesPerSeries === 0 ? NOTHING : f.bytes(one.bytesPerSeries)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {view.detailsDropped > 0 && (
        <p class="sub dropped">{t("settings.storage.dropped", { count: f.count(view.detailsDropped) })}</p>
      )}
      <h3>{t("settings.storage.backups")}</h3>
      {view.backups.length === 0 && <p class="sub">{t("settings.storage.noBackups")}</p>}
      <ul class="items">
        {view.backups.map((one) => (
          <li key={one.name}>
            <span class="what mono">{one.name}</span>
            <span class="push small">
              {f.dayClock(one.atMs)} · {f.bytes(one.bytes)} ·{" "}
              {t(one.verified ? "settings.storage.verified" : "settings.storage.unverified")}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div class="tile">
      <span class="small">{name}</span>
      <b>{value}</b>
    </div>
  );
}
