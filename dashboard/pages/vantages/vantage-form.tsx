/** Add a vantage: its name and carrier, then the line to paste, then the moment it appears. */
import { useState } from "preact/hooks";
import type { JoinCommand, VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import { carrierColor } from "../../charts/theme.ts";
import { list } from "../form/typed.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Choices, Form, TextField } from "../parts/fields.tsx";
import { problemText } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { JoinBox } from "./join-box.tsx";

type VantageFormProps = {
  carriers: readonly Carrier[];
  /** All that exist, to see the new one appear. */
  vantages: readonly VantageView[];
  onClose: () => void;
  /** Set: edits this one instead. */
  edit?: VantageView;
};

export function VantageForm({ carriers, vantages, onClose, edit }: VantageFormProps) {
  const { t, client } = useApp();
  const [name, setName] = useState(edit?.vantage.name ?? "");
  const [carrier, setCarrier] = useState(edit?.vantage.carrier ?? "ct");
  const [tags, setTags] = useState(edit?.vantage.tags.join(", ") ?? "");
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [join, setJoin] = useState<JoinCommand | null>(null);
  const submit = () => {
    setTried(true);
    if (name.trim() === "") return;
    const vantage = { name: name.trim(), carrier, tags: list(tags) };
    if (edit) {
      const { id, version } = edit.vantage;
      client.put(`/vantages/${id}`, { version, vantage }).then(onClose, setError);
    } else client.post<JoinCommand>("/vantages", vantage).then(setJoin, setError);
  };
  if (join) return <JoinBox join={join} name={name} vantages={vantages} onClose={onClose} />;
  return (
    <Dialog title={t(edit ? "vantages.edit.title" : "vantages.add")} onClose={onClose} wide>
      <Form onSubmit={submit} label={t("vantages.add")}>
        <TextField
          autofocus
          name="vantage-name"
          label={t("vantages.form.name")}
          placeholder={t("vantages.form.nameHint")}
          value={name}
          wrong={tried && name.trim() === "" ? t("problem.required") : undefined}
          onValue={setName}
        />
        <CarrierChoice carriers={carriers} chosen={carrier} onChoose={setCarrier} />
        <TextField
          label={t("vantages.form.tags")}
          hint={t("vantages.form.tagsHint")}
          value={tags}
          onValue={setTags}
        />
        {error !== null && (
          <p class="problem" role="alert">
            {problemText(error, t)}
          </p>
        )}
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("common.cancel")}
          </button>
          <button type="submit" class="btn primary">
            {t(edit ? "common.save" : "vantages.form.create")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}

type CarrierChoiceProps = { carriers: readonly Carrier[]; chosen: string; onChoose: (id: string) => void };

function CarrierChoice({ carriers, chosen, onChoose }: CarrierChoiceProps) {
  const { t, language, theme } = useApp();
  return (
    <Choices
      label={t("vantages.form.carrier")}
      name="carrier"
      chosen={[chosen]}
      options={carriers.map((one) => ({
        value: one.id,
        label: one.name[language],
        color: carrierColor(one.color, theme.dark),
      }))}
      onToggle={onChoose}
    />
  );
}
