/** Who gets mail, in which language and time zone. */
import { useState } from "preact/hooks";
import type { Recipient, RecipientInput } from "../../../collector/wire/api-settings.ts";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Choices, Form, TextField } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { timeZones } from "../parts/time-zones.ts";
import { useApp, useUser } from "../state/app.ts";
import { useOverview } from "../state/overview.ts";
import { useResource } from "../state/resource.ts";
import { useAct } from "./use-act.ts";

export function RecipientsSection() {
  const { t, client } = useApp();
  const overview = useOverview();
  const [editing, setEditing] = useState<Recipient | "new" | null>(null);
  const [removing, setRemoving] = useState<Recipient | null>(null);
  const list = useResource("/recipients", (signal) =>
    client.get<{ recipients: Recipient[] }>("/recipients", signal),
  );
  const changed = () => {
    setEditing(null);
    setRemoving(null);
    list.reload();
    overview.reload();
  };
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  return (
    <div class="stack">
      {list.data.recipients.length === 0 && <p class="sub">{t("settings.recipients.none")}</p>}
      <ul class="items">
        {list.data.recipients.map((one) => (
          <li key={one.id}>
            <span class="what">
              <b>{one.name}</b> <span class="sub">{one.address}</span>
              <br />
              <span class="small">
                {one.language === "zh" ? "中文" : "English"} · {one.timeZone}
              </span>
            </span>
            <span class="push row">
              <button type="button" class="btn" onClick={() => setEditing(one)}>
                {t("common.edit")}
              </button>
              <button type="button" class="btn danger" onClick={() => setRemoving(one)}>
                {t("common.remove")}
              </button>
            </span>
          </li>
        ))}
      </ul>
      <div>
        <button type="button" class="btn primary" onClick={() => setEditing("new")}>
          {t("settings.recipients.add")}
        </button>
      </div>
      {editing && (
        <RecipientForm
          before={editing === "new" ? null : editing}
          onSaved={changed}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && (
        <Confirm
          title={t("settings.remove.title", { name: removing.name })}
          text={t("settings.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={() => client.remove(`/recipients/${removing.id}`).then(changed)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

type RecipientFormProps = { before: Recipient | null; onSaved: () => void; onClose: () => void };

function RecipientForm({ before, onSaved, onClose }: RecipientFormProps) {
  const { t, client, language } = useApp();
  const user = useUser();
  const act = useAct();
  const [draft, setDraft] = useState<RecipientInput>({
    name: before?.name ?? "",
    address: before?.address ?? "",
    language: before?.language ?? language,
    timeZone: before?.timeZone ?? user.timeZone,
  });
  const put = (change: Partial<RecipientInput>) => setDraft({ ...draft, ...change });
  const save = () =>
    act.run(async () => {
      await (before
        ? client.put(`/recipients/${before.id}`, { version: before.version, recipient: draft })
        : client.post("/recipients", draft));
      onSaved();
    });
  const issue = (field: string) => act.issues[field] ?? act.issues[`recipient.${field}`];
  return (
    <Dialog title={t(before ? "common.edit" : "settings.recipients.add")} onClose={onClose}>
      <Form onSubmit={save} label={t("settings.recipients.add")}>
        <TextField
          name="recipient-name"
          label={t("settings.recipients.name")}
          value={draft.name}
          wrong={issue("name")}
          onValue={(name) => put({ name })}
        />
        <TextField
          type="email"
          name="recipient-address"
          label={t("settings.recipients.address")}
          value={draft.address}
          wrong={issue("address") && t("problem.address")}
          onValue={(address) => put({ address })}
        />
        <Choices
          label={t("language.label")}
          name="recipient-language"
          chosen={[draft.language]}
          options={[
            { value: "zh", label: "中文" },
            { value: "en", label: "English" },
          ]}
          onToggle={(value) => put({ language: value })}
        />
        <TextField
          label={t("setup.timeZone")}
          value={draft.timeZone}
          list={timeZones()}
          wrong={issue("timeZone") && t("problem.timeZone")}
          onValue={(timeZone) => put({ timeZone })}
        />
        {act.error && (
          <p class="problem" role="alert">
            {act.error}
          </p>
        )}
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("common.cancel")}
          </button>
          <button
            type="submit"
            class="btn primary"
            disabled={act.busy || draft.name === "" || draft.address === ""}
          >
            {t("common.save")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
