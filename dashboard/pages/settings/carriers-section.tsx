/** Carriers: names in both languages, one colour everywhere, an order. */
import { useState } from "preact/hooks";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import { carrierColor } from "../../charts/theme.ts";
import { Dot, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { ItemDialog } from "./item-dialog.tsx";
import { type ItemForm, ItemSection } from "./item-section.tsx";
import { useAct } from "./use-act.ts";

const ID = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export function CarriersSection() {
  const { t, theme, language } = useApp();
  return (
    <ItemSection<Carrier>
      path="/carriers"
      idOf={({ id }) => id}
      nameOf={({ name }) => name[language]}
      add={t("settings.carriers.add")}
      edit={t("common.edit")}
      row={(one) => (
        <>
          <Dot color={carrierColor(one.color, theme.dark)} />
          <b>{one.name[language]}</b> <span class="small mono">{one.id}</span>
        </>
      )}
      form={(form) => <CarrierForm {...form} />}
    />
  );
}

function CarrierForm({ before, all, onSaved, onClose }: ItemForm<Carrier>) {
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
      : all.some((one) => one.id === id)
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
    <ItemDialog
      title={before ? t("common.edit") : t("settings.carriers.add")}
      action={t("common.save")}
      act={act}
      ready={id !== "" && wrongId === undefined && (zh !== "" || en !== "")}
      onSave={save}
      onClose={onClose}
    >
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
    </ItemDialog>
  );
}
