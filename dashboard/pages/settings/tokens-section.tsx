/** API tokens: made here, shown once. */
import { useState } from "preact/hooks";
import type { TokenCreated, TokenView } from "../../../collector/wire/api-account.ts";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Choices, Form, TextField } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { useAct } from "./use-act.ts";

export function TokensSection() {
  const { t, f, client } = useApp();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<TokenView | null>(null);
  const list = useResource("/tokens", (signal) => client.get<{ tokens: TokenView[] }>("/tokens", signal));
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  return (
    <div class="stack">
      {list.data.tokens.length === 0 && <p class="sub">{t("settings.tokens.none")}</p>}
      <ul class="items">
        {list.data.tokens.map((one) => (
          <li key={one.id}>
            <span class="what">
              <b>{one.name}</b> <span class="small">{t(`settings.tokens.${one.scope}`)}</span>
              <br />
              <span class="small">
                {one.lastUsedMs === null
                  ? t("settings.tokens.unused")
                  : t("settings.tokens.used", { time: f.dayClock(one.lastUsedMs) })}
              </span>
            </span>
            <button type="button" class="btn danger push" onClick={() => setRemoving(one)}>
              {t("common.remove")}
            </button>
          </li>
        ))}
      </ul>
      <div>
        <button type="button" class="btn primary" onClick={() => setAdding(true)}>
          {t("settings.tokens.add")}
        </button>
      </div>
      {adding && (
        <TokenForm
          onClose={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
      {removing && (
        <Confirm
          title={t("settings.remove.title", { name: removing.name })}
          text={t("settings.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={() => client.remove(`/tokens/${removing.id}`).then(list.reload)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

function TokenForm({ onClose }: { onClose: () => void }) {
  const { t, client } = useApp();
  const act = useAct();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<TokenView["scope"]>("read");
  const [made, setMade] = useState<TokenCreated | null>(null);
  const save = () =>
    act.run(async () => setMade(await client.post<TokenCreated>("/tokens", { name, scope })));
  if (made) {
    return (
      <ShownOnce title={made.name} text={t("settings.tokens.once")} secret={made.token} onClose={onClose} />
    );
  }
  return (
    <Dialog title={t("settings.tokens.add")} onClose={onClose}>
      <Form onSubmit={save} label={t("settings.tokens.add")}>
        <TextField
          name="token-name"
          label={t("settings.tokens.name")}
          value={name}
          wrong={act.issues["name"]}
          onValue={setName}
        />
        <Choices
          label={t("settings.tokens.scope")}
          name="scope"
          chosen={[scope]}
          options={(["read", "write"] as const).map((value) => ({
            value,
            label: t(`settings.tokens.${value}`),
          }))}
          onToggle={setScope}
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
          <button type="submit" class="btn primary" disabled={act.busy || name === ""}>
            {t("common.add")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
