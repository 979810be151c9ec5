/** Secrets by name: which targets use one, another value, never the value itself. */
import { useState } from "preact/hooks";
import type { SecretView } from "../../../collector/wire/secret.ts";
import { TextField } from "../parts/fields.tsx";
import { Link } from "../parts/link.tsx";
import { SecretValueField } from "../parts/secret-value.tsx";
import { useApp } from "../state/app.ts";
import { useOverview } from "../state/overview.ts";
import { ItemDialog } from "./item-dialog.tsx";
import { type ItemForm, ItemSection } from "./item-section.tsx";
import { useAct } from "./use-act.ts";

export function SecretsSection() {
  const { t } = useApp();
  return (
    <ItemSection<SecretView>
      path="/secrets"
      idOf={({ name }) => name}
      nameOf={({ name }) => name}
      none={t("settings.secrets.none")}
      add={t("settings.secrets.add")}
      edit={t("settings.secrets.replace")}
      removable={({ targets }) => (targets.length > 0 ? t("settings.secrets.keep") : true)}
      row={(one) => <SecretRow secret={one} />}
      form={(form) => <SecretForm {...form} />}
    />
  );
}

function SecretRow({ secret }: { secret: SecretView }) {
  const { t, f } = useApp();
  return (
    <>
      <b class="mono">{secret.name}</b>{" "}
      <span class="small">{t("settings.secrets.changed", { time: f.dayClock(secret.changedS * 1000) })}</span>
      <br />
      <span class="small">
        {secret.targets.length === 0 ? t("settings.secrets.unused") : <Users ids={secret.targets} />}
      </span>
      {!secret.readable && (
        <>
          <br />
          <span class="wrong">{t("settings.secrets.unreadable")}</span>
        </>
      )}
    </>
  );
}

function Users({ ids }: { ids: readonly string[] }) {
  const { t } = useApp();
  const rows = useOverview().data?.rows ?? [];
  return (
    <>
      {t("settings.secrets.used")}{" "}
      {ids.map((id, i) => (
        <>
          {i > 0 && " · "}
          <Link key={id} to={`/targets/${id}`} class="link">
            {rows.find((row) => row.target.id === id)?.target.name ?? id}
          </Link>
        </>
      ))}
    </>
  );
}

function SecretForm({ before, all, onSaved, onClose }: ItemForm<SecretView>) {
  const { t, client } = useApp();
  const act = useAct();
  const [name, setName] = useState(before?.name ?? "");
  const [value, setValue] = useState("");
  const taken = !before && all.some((one) => one.name === name);
  const save = () =>
    act.run(async () => {
      await (before
        ? client.put(`/secrets/${before.name}`, { value })
        : client.post("/secrets", { name, value }));
      onSaved();
    });
  return (
    <ItemDialog
      title={before ? t("settings.secrets.replaceTitle", { name: before.name }) : t("settings.secrets.add")}
      action={t("common.save")}
      act={act}
      ready={name !== "" && value !== "" && !taken}
      onSave={save}
      onClose={onClose}
    >
      {before ? (
        <p class="sub">{t("settings.secrets.replaceText")}</p>
      ) : (
        <TextField
          mono
          name="secret-name"
          label={t("settings.secrets.name")}
          hint={t("settings.secrets.nameHint")}
          value={name}
          wrong={taken ? t("problem.taken") : act.issues["name"]}
          onValue={setName}
        />
      )}
      <SecretValueField value={value} wrong={act.issues["value"]} onValue={setValue} />
    </ItemDialog>
  );
}
