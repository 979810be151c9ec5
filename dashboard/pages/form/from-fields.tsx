/** Who measures: everybody, or chosen carriers, vantages and tags. */
import { carrierColor } from "../../charts/theme.ts";
import { byCarrier } from "../parts/by-carrier.ts";
import { Choices, type Option, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import type { PartProps } from "./target-form.tsx";

export function FromFields({ draft, put, wrong, offers }: PartProps) {
  const { t, language, theme } = useApp();
  const used = new Set(offers.vantages.map((one) => one.vantage.carrier));
  const carriers = offers.carriers.filter(
    (carrier) => used.has(carrier.id) || draft.carriers.includes(carrier.id),
  );
  const tags = [...new Set(offers.vantages.flatMap((one) => one.vantage.tags))];
  return (
    <>
      <Choices
        label={t("form.from")}
        name="from"
        wrong={wrong["from"]}
        chosen={[draft.fromAll ? "all" : "some"]}
        options={[
          { value: "all", label: t("form.from.all") },
          { value: "some", label: t("form.from.some") },
        ]}
        onToggle={(value) => put({ fromAll: value === "all" })}
      />
      {!draft.fromAll && (
        <>
          <Choices
            many
            label={t("form.from.carriers")}
            name="carriers"
            chosen={draft.carriers}
            options={carriers.map((carrier) => ({
              value: carrier.id,
              label: carrier.name[language],
              color: carrierColor(carrier.color, theme.dark),
            }))}
            onToggle={(id) => put({ carriers: toggled(draft.carriers, id) })}
          />
          <Choices
            many
            label={t("form.from.vantages")}
            name="vantages"
            chosen={draft.vantages}
            options={withLost(
              byCarrier(offers.vantages, offers.carriers).map(({ vantage }) => ({
                value: vantage.id,
                label: vantage.name,
              })),
              draft.vantages,
            )}
            onToggle={(id) => put({ vantages: toggled(draft.vantages, id) })}
          />
          {(tags.length > 0 || draft.tags !== "") && (
            <TextField
              name="tags"
              label={t("form.from.tags")}
              hint={tags.join(", ")}
              value={draft.tags}
              onValue={(value) => put({ tags: value })}
            />
          )}
        </>
      )}
    </>
  );
}

/** With what is chosen but no longer there, by its id: only what is seen can be taken away. */
export function withLost(options: readonly Option<string>[], chosen: readonly string[]): Option<string>[] {
  const lost = chosen.filter((id) => !options.some((option) => option.value === id));
  return [...options, ...lost.map((id) => ({ value: id, label: id }))];
}

/** With the item if it was not there, without it if it was. */
export function toggled(items: readonly string[], item: string): string[] {
  return items.includes(item) ? items.filter((one) => one !== item) : [...items, item];
}
