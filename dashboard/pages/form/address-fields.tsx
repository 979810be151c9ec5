/** Which of a name's addresses are measured, and how many of them must be up. */
import { Choices, SelectField, TextField, TickBox } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { bind } from "./bind.ts";
import { Fold } from "./fold.tsx";
import { holds, isWrong } from "./sections.ts";
import type { PartProps } from "./target-form.tsx";

const WORDS = ["majority", "all", "any"] as const;

export function AddressFields(props: PartProps) {
  const { t } = useApp();
  const { draft, put, wrong } = props;
  return (
    <Fold
      name="addresses"
      title={t("form.addresses")}
      sub={t("form.addresses.sub")}
      holds={holds("addresses", draft)}
      wrong={isWrong("addresses", wrong)}
    >
      <Choices
        label={t("form.measure")}
        name="target-measure"
        hint={t(`form.measureHint.${draft.measure}`)}
        wrong={wrong["measure"]}
        chosen={[draft.measure]}
        options={(["one", "families", "every"] as const).map((value) => ({
          value,
          label: t(`form.measure.${value}`),
        }))}
        onToggle={(measure) => put({ measure })}
      />
      {draft.measure !== "one" && <Several {...props} />}
      <div class="fields">
        <SelectField
          label={t("form.family")}
          name="target-family"
          value={draft.family}
          wrong={wrong["family"]}
          options={(["any", "ipv4", "ipv6"] as const).map((value) => ({
            value,
            label: t(`form.family.${value}`),
          }))}
          onValue={(family) => put({ family })}
        />
        {(draft.measure === "one" || draft.pin !== "") && (
          <TextField mono label={t("form.pin")} hint={t("form.pinHint")} {...bind("pin", props)} />
        )}
      </div>
      <TickBox
        name="target-cache"
        label={t("form.cache")}
        hint={t("form.cacheHint")}
        value={draft.cache}
        wrong={wrong["cache"]}
        onValue={(cache) => put({ cache })}
      />
    </Fold>
  );
}

function Several(props: PartProps) {
  const { t } = useApp();
  const { draft, put, wrong } = props;
  const isNumber = /^\d+$/.test(draft.up);
  const most = draft.measure === "families" ? 2 : Math.min(32, Number(draft.max) || 0);
  const numbers = Array.from({ length: most }, (_, i) => String(i + 1));
  // A number that is more than are measured is the collector's to refuse, not this list's to drop.
  if (isNumber && !numbers.includes(draft.up)) numbers.push(draft.up);
  return (
    <div class="fields">
      <SelectField
        label={t("form.up.need")}
        name="target-up"
        value={draft.up}
        wrong={wrong["up"]}
        options={[
          ...WORDS.map((value) => ({ value, label: t(`form.up.${value}`) })),
          ...numbers.map((value) => ({ value, label: value })),
        ]}
        onValue={(up: string) => put({ up })}
      />
      {draft.measure === "every" && (
        <TextField
          type="number"
          unit={t("form.unit.addresses")}
          label={t("form.max")}
          hint={t("form.maxHint")}
          {...bind("max", props)}
        />
      )}
    </div>
  );
}
