/** Who gets mail, in which language and time zone. */
import { useState } from "preact/hooks";
import type { Recipient, RecipientInput } from "../../../collector/wire/api-settings.ts";
import { Choices, TextField } from "../parts/fields.tsx";
import { timeZones } from "../parts/time-zones.ts";
import { useApp, useUser } from "../state/app.ts";
import { useOverview } from "../state/overview.ts";
import { ItemDialog } from "./item-dialog.tsx";
import { type ItemForm, ItemSection } from "./item-section.tsx";
import { useAct } from "./use-act.ts";

export function RecipientsSection() {
  const { t } = useApp();
  const overview = useOverview();
  return (
    <ItemSection<Recipient>
      path="/recipients"
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      none={t("settings.recipients.none")}
      add={t("settings.recipients.add")}
      edit={t("common.edit")}
      onChanged={overview.reload}
      row={(one) => (
        <>
          <b>{one.name}</b> <span class="sub">{one.address}</span>
          <br />
          <span class="small">
            {one.language === "zh" ? "中文" : "English"} · {one.timeZone}
          </span>
        </>
      )}
      form={(form) => <RecipientForm {...form} />}
    />
  );
}

function RecipientForm({ before, onSaved, onClose }: ItemForm<Recipient>) {
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
    <ItemDialog
      title={t(before ? "common.edit" : "settings.recipients.add")}
      action={t("common.save")}
      act={act}
      ready={draft.name !== "" && draft.address !== ""}
      onSave={save}
      onClose={onClose}
    >
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
    </ItemDialog>
  );
}
