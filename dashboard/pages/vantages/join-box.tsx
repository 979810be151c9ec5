/** The line to paste on the other machine, and the watch for its first contact. */
import { useState } from "preact/hooks";
import type { JoinCommand, VantageView } from "../../../collector/wire/api-settings.ts";
import { CopyBox } from "../parts/copy.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useApp } from "../state/app.ts";
import { useLive, useNow, useResource } from "../state/resource.ts";

/** Beside the live stream: a vantage that appears while the stream is down must be seen as well. */
const LOOK_MS = 3000;

type JoinBoxProps = {
  join: JoinCommand;
  name: string;
  vantages: readonly VantageView[];
  onClose: () => void;
};

export function JoinBox({ join, name, vantages, onClose }: JoinBoxProps) {
  const { t, f, client } = useApp();
  const [before] = useState(() => contactOf(vantages, join.vantage));
  const tick = Math.floor(useNow(LOOK_MS) / LOOK_MS);
  const list = useResource(`join ${tick}`, (signal) =>
    client.get<{ vantages: VantageView[] }>("/vantages", signal),
  );
  useLive((news) => {
    if (news.type === "vantage" && news.vantage === join.vantage) list.reload();
  });
  const there = contactOf(list.data?.vantages ?? [], join.vantage) > before;
  return (
    <Dialog title={t("vantages.join.title", { name })} onClose={onClose} wide>
      <div class="stack">
        <p class="sub">{t("vantages.join.text")}</p>
        <CopyBox text={join.command} />
        <p class={`watch ${there ? "there" : ""}`} role="status">
          {there ? t("vantages.join.there", { name }) : t("vantages.join.waiting")}
          {!there && (
            <span class="small"> {t("vantages.join.expires", { time: f.clock(join.expiresMs) })}</span>
          )}
        </p>
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("common.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function contactOf(vantages: readonly VantageView[], id: string): number {
  return vantages.find((one) => one.vantage.id === id)?.contact?.atMs ?? 0;
}
