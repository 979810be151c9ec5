/** What can be done with a vantage: edit, join again, a new key, the end of its key. */
import { useState } from "preact/hooks";
import type { JoinCommand, VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { JoinAnswer } from "../../../collector/wire/probe-protocol.ts";
import { Confirm } from "../parts/dialog.tsx";
import { problemText } from "../parts/problem.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";
import { useApp } from "../state/app.ts";
import { JoinBox } from "./join-box.tsx";
import { VantageForm } from "./vantage-form.tsx";

type VantageActionsProps = { view: VantageView; carriers: readonly Carrier[]; onChanged: () => void };

export function VantageActions({ view, carriers, onChanged }: VantageActionsProps) {
  const { t, client, toast } = useApp();
  const [asking, setAsking] = useState<"edit" | "rotate" | "revoke" | null>(null);
  const [join, setJoin] = useState<JoinCommand | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const { vantage } = view;
  const done = () => {
    setAsking(null);
    setJoin(null);
    setKey(null);
    onChanged();
  };
  const again = () =>
    client
      .post<JoinCommand>(`/vantages/${vantage.id}/join`)
      .then(setJoin, (error: unknown) => toast(problemText(error, t)));
  const rotate = async () => setKey((await client.post<JoinAnswer>(`/vantages/${vantage.id}/rotate`)).key);
  return (
    <div class="row">
      <button type="button" class="btn" onClick={() => setAsking("edit")}>
        {t("common.edit")}
      </button>
      {!vantage.local && (
        <>
          <button type="button" class="btn" onClick={again}>
            {t("vantages.join.again")}
          </button>
          {view.contact !== null && (
            <button type="button" class="btn" onClick={() => setAsking("rotate")}>
              {t("vantages.rotate")}
            </button>
          )}
          <button type="button" class="btn danger" onClick={() => setAsking("revoke")}>
            {t("vantages.revoke")}
          </button>
        </>
      )}
      {asking === "edit" && <VantageForm carriers={carriers} vantages={[]} edit={view} onClose={done} />}
      {asking === "rotate" && key === null && (
        <Confirm
          title={t("vantages.rotate.title", { name: vantage.name })}
          text={t("vantages.rotate.text")}
          action={t("vantages.rotate")}
          onConfirm={rotate}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "revoke" && (
        <Confirm
          title={t("vantages.revoke.title", { name: vantage.name })}
          text={t("vantages.revoke.text")}
          action={t("vantages.revoke")}
          danger
          onConfirm={() => client.remove(`/vantages/${vantage.id}`)}
          onClose={done}
        />
      )}
      {key !== null && (
        <ShownOnce
          title={t("vantages.rotate")}
          text={t("vantages.rotate.done")}
          secret={key}
          onClose={done}
        />
      )}
      {join && <JoinBox join={join} name={vantage.name} vantages={[view]} onClose={done} />}
    </div>
  );
}
