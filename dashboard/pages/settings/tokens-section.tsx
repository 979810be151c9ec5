/** API tokens: made here, shown once. */
import { useState } from "preact/hooks";
import type { TokenCreated, TokenView } from "../../../collector/wire/api-account.ts";
import { Choices, TextField } from "../parts/fields.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";
import { useApp } from "../state/app.ts";
import { ItemDialog } from "./item-dialog.tsx";
import { ItemSection } from "./item-section.tsx";
import { useAct } from "./use-act.ts";

export function TokensSection() {
  const { t, f } = useApp();
  return (
    <ItemSection<TokenView>
      path="/tokens"
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      none={t("settings.tokens.none")}
      add={t("settings.tokens.add")}
      row={(one) => (
        <>
          <b>{one.name}</b> <span class="small">{t(`settings.tokens.${one.scope}`)}</span>
          <br />
          <span class="small">
            {one.lastUsedMs === null
              ? t("settings.tokens.unused")
              : t("settings.tokens.used", { time: f.dayClock(one.lastUsedMs) })}
          </span>
        </>
      )}
      form={({ onSaved }) => <TokenForm onClose={onSaved} />}
    />
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
    <ItemDialog
      title={t("settings.tokens.add")}
      action={t("common.add")}
      act={act}
      ready={name !== ""}
      onSave={save}
      onClose={onClose}
    >
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
    </ItemDialog>
  );
}
