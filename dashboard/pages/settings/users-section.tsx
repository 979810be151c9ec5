/** Who can log in. */
import { useState } from "preact/hooks";
import type { User } from "../../../collector/wire/api-account.ts";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Form, TextField } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp, useUser } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { useAct } from "./use-act.ts";

export function UsersSection() {
  const { t, f, client } = useApp();
  const me = useUser();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<User | null>(null);
  const list = useResource("/users", (signal) => client.get<{ users: User[] }>("/users", signal));
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  return (
    <div class="stack">
      <ul class="items">
        {list.data.users.map((one) => (
          <li key={one.id}>
            <span class="what">
              <b>{one.username}</b>{" "}
              {one.id === me.id && <span class="small">({t("settings.users.you")})</span>}
              <br />
              <span class="small">
                {f.date(one.createdS * 1000)} · {one.timeZone}
              </span>
            </span>
            {one.id !== me.id && (
              <button type="button" class="btn danger push" onClick={() => setRemoving(one)}>
                {t("common.remove")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <div>
        <button type="button" class="btn primary" onClick={() => setAdding(true)}>
          {t("settings.users.add")}
        </button>
      </div>
      {adding && (
        <UserForm
          onClose={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
      {removing && (
        <Confirm
          title={t("settings.remove.title", { name: removing.username })}
          text={t("settings.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={() => client.remove(`/users/${removing.id}`).then(list.reload)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
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
    <Dialog title={t("settings.users.add")} onClose={onClose}>
      <Form onSubmit={save} label={t("settings.users.add")}>
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
            disabled={act.busy || username === "" || password.length < 10}
          >
            {t("common.add")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
