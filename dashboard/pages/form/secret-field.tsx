/** A secret by its name: one of those that are kept, or a new one made on the spot. Its value never comes back. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { SecretView } from "../../../collector/wire/secret.ts";
import { SelectField, TextField } from "../parts/fields.tsx";
import { SecretValueField } from "../parts/secret-value.tsx";
import { useAct } from "../settings/use-act.ts";
import { useApp } from "../state/app.ts";

type SecretFieldProps = {
  label: string;
  name: string;
  /** "" = none is chosen. */
  value: string;
  secrets: readonly SecretView[];
  wrong: string | undefined;
  onValue: (name: string) => void;
  /** A new one exists. */
  onMade: (secret: SecretView) => void;
};

export function SecretField(props: SecretFieldProps) {
  const { t } = useApp();
  const [making, setMaking] = useState(false);
  const { value, secrets } = props;
  const lost = value !== "" && !secrets.some((one) => one.name === value);
  const options = [
    { value: "", label: t("form.secret.pick") },
    ...secrets.map(({ name }) => ({ value: name, label: name })),
    ...(lost ? [{ value, label: t("form.secret.lost", { name: value }) }] : []),
  ];
  const made = (secret: SecretView) => {
    props.onMade(secret);
    props.onValue(secret.name);
    setMaking(false);
  };
  return (
    <div class="secret-field">
      <div class="with-button">
        <SelectField
          label={props.label}
          name={props.name}
          hint={t("form.secret.hint")}
          value={value}
          options={options}
          wrong={props.wrong}
          onValue={props.onValue}
        />
        {!making && (
          <button type="button" class="btn" onClick={() => setMaking(true)}>
            {t("form.secret.new")}
          </button>
        )}
      </div>
      {making && <NewSecret onMade={made} onCancel={() => setMaking(false)} />}
    </div>
  );
}

type NewSecretProps = { onMade: (secret: SecretView) => void; onCancel: () => void };

/** No form of its own: it stands within one. */
function NewSecret({ onMade, onCancel }: NewSecretProps) {
  const { t, client } = useApp();
  const act = useAct();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector("input")?.focus(), []);
  const ready = name !== "" && value !== "" && !act.busy;
  const save = () => {
    if (ready) act.run(async () => onMade(await client.post<SecretView>("/secrets", { name, value })));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw its legend into the frame
    <div
      ref={box}
      class="inset form"
      role="group"
      aria-label={t("form.secret.new")}
      onKeyDown={(event) => {
        const inField = event.target instanceof HTMLInputElement && event.target.type !== "file";
        if (event.key !== "Enter" || !inField) return;
        event.preventDefault();
        save();
      }}
    >
      <div class="fields">
        <TextField
          mono
          name="secret-name"
          label={t("settings.secrets.name")}
          hint={t("settings.secrets.nameHint")}
          value={name}
          wrong={act.issues["name"] ?? (act.code === "already_exists" ? t("problem.taken") : undefined)}
          onValue={setName}
        />
        <SecretValueField value={value} wrong={act.issues["value"]} onValue={setValue} />
      </div>
      {act.error && act.code !== "already_exists" && (
        <p class="problem" role="alert">
          {act.error}
        </p>
      )}
      <div class="row">
        <button type="button" class="btn primary" disabled={!ready} onClick={save}>
          {t("settings.secrets.keepIt")}
        </button>
        <button type="button" class="btn" onClick={onCancel}>
          {t("common.cancel")}
        </button>
      </div>
    </div>
  );
}
