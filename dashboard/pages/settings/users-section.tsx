/** Who can log in. */
import { useState } from "preact/hooks";
import type { User } from "../../../collector/wire/api-account.ts";
import { TextField } from "../parts/fields.tsx";
import { useApp, useUser } from "../state/app.ts";
import { ItemDialog } from "./item-dialog.tsx";
import { ItemSection } from "./item-section.tsx";
import { useAct } from "./use-act.ts";

export function UsersSection() {
  const { t, f } = useApp();
  const me = useUser();
  return (
    <ItemSection<User>
      path="/users"
      idOf={({ id }) => id}
      nameOf={({ username }) => username}
      add={t("settings.users.add")}
      removable={({ id }) => id !== me.id}
      row={(one) => (
        <>
          <b>{one.username}</b> {one.id === me.id && <span class="small">({t("settings.users.you")})</span>}
          <br />
          <span class="small">
            {t("settings.users.since", { date: f.date(one.createdS * 1000) })} · {one.timeZone}
          </span>
        </>
      )}
      form={({ onSaved }) => <UserForm onClose={onSaved} />}
    />
  );
}

function UserForm({ onClose }: { onClose: () => void }) {
  const { t, client, language } = useApp();
  const me = useUser();
  const act = useAct();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const short = password !== "" && password.length < 10 ? t("problem.password.short") : undefined;
  const save = () =>
    act.run(async () => {
      await client.post("/users", { username, password, language, timeZone: me.timeZone });
      onClose();
    });
  return (
    <ItemDialog
      title={t("settings.users.add")}
      action={t("common.add")}
      act={act}
      ready={username !== "" && password.length >= 10}
      onSave={save}
      onClose={onClose}
    >
      <TextField
        name="new-username"
        label={t("setup.username")}
        value={username}
        wrong={act.issues["username"]}
        onValue={setUsername}
      />
      <TextField
        type="password"
        name="new-password"
        autocomplete="new-password"
        label={t("setup.password")}
        hint={t("setup.passwordHint")}
        value={password}
        wrong={short ?? act.issues["password"]}
        onValue={setPassword}
      />
    </ItemDialog>
  );
}
