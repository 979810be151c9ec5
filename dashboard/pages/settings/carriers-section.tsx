/** Carriers: names in both languages, one colour everywhere, an order. */
import { useState } from "preact/hooks";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import { carrierColor } from "../../charts/theme.ts";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Dot, Form, TextField } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { useAct } from "./use-act.ts";

const ID = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export function CarriersSection() {
  const { t, client, theme, language } = useApp();
  const [editing, setEditing] = useState<Carrier | "new" | null>(null);
  const [removing, setRemoving] = useState<Carrier | null>(null);
  const list = useResource("/carriers", (signal) => client.get<{ carriers: Carrier[] }>("/carriers", signal));
  const changed = () => {
    setEditing(null);
    setRemoving(null);
    list.reload();
  };
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  const { carriers } = list.data;
  return (
    <div class="stack">
      <ul class="items">
        {carriers.map((one) => (
          <li key={one.id}>
            <span class="what">
              <Dot color={carrierColor(one.color, theme.dark)} />
              <b>{one.name[language]}</b> <span class="small mono">{one.id}</span>
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
          {t("settings.carriers.add")}
        </button>
      </div>
      {editing && (
        <CarrierForm
          before={editing === "new" ? null : editing}
          taken={carriers.map((one) => one.id)}
          onSaved={changed}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && (
        <Confirm
          title={t("settings.remove.title", { name: removing.name[language] })}
          text={t("settings.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={() => client.remove(`/carriers/${removing.id}`).then(changed)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

type CarrierFormProps = {
  before: Carrier | null;
  taken: readonly string[];
  onSaved: () => void;
  onClose: () => void;
};

function CarrierForm({ before, taken, onSaved, onClose }: CarrierFormProps) {
  const { t, client } = useApp();
  const act = useAct();
  const [id, setId] = useState(before?.id ?? "");
  const [zh, setZh] = useState(before?.name.zh ?? "");
  const [en, setEn] = useState(before?.name.en ?? "");
  const [color, setColor] = useState(before?.color ?? "#8a5a2b");
  const [order, setOrder] = useState(String(before?.order ?? 50));
  const wrongId =
    before || id === ""
      ? undefined
      : taken.includes(id)
        ? t("problem.taken")
        : ID.test(id)
          ? undefined
          : t("problem.id");
  const save = () =>
    act.run(async () => {
      const carrier: Carrier = { id, name: { zh: zh || en, en: en || zh }, color, order: Number(order) };
      await client.put(`/carriers/${id}`, carrier);
      onSaved();
    });
  return (
    <Dialog title={before ? t("common.edit") : t("settings.carriers.add")} onClose={onClose}>
      <Form onSubmit={save} label={t("settings.carriers.add")}>
        {!before && (
          <TextField
            mono
            label={t("settings.carriers.id")}
            hint={t("settings.carriers.idHint")}
            value={id}
            wrong={wrongId}
            onValue={setId}
          />
        )}
        <div class="fields">
          <TextField
            label={t("settings.carriers.zh")}
            value={zh}
            wrong={act.issues["name.zh"]}
            onValue={setZh}
          />
          <TextField
            label={t("settings.carriers.en")}
            value={en}
            wrong={act.issues["name.en"]}
            onValue={setEn}
          />
          <TextField type="color" label={t("settings.carriers.color")} value={color} onValue={setColor} />
          <TextField
            type="number"
            label={t("settings.carriers.order")}
            value={order}
            wrong={act.issues["order"]}
            onValue={setOrder}
          />
        </div>
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
            disabled={act.busy || id === "" || wrongId !== undefined || (zh === "" && en === "")}
          >
            {t("common.save")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
