/** How often: the usual steps at hand, any even cron expression behind "custom". */
import { useState } from "preact/hooks";
import { Choices, TextField } from "../parts/fields.tsx";
import { timeZones } from "../parts/time-zones.ts";
import { useApp } from "../state/app.ts";
import { CRON_PRESETS } from "./draft.ts";
import type { PartProps } from "./target-form.tsx";

const PRESETS = ["60", "300", "600", "1800", "3600", "custom"] as const;

export function OftenFields({ draft, put, wrong }: PartProps) {
  const { t } = useApp();
  const fits = PRESETS.find((preset) => CRON_PRESETS[preset] === draft.cron) ?? "custom";
  const [custom, setCustom] = useState(fits === "custom");
  const choose = (preset: (typeof PRESETS)[number]) => {
    setCustom(preset === "custom");
    const cron = CRON_PRESETS[preset];
    if (cron) put({ cron });
  };
  return (
    <>
      <Choices
        label={t("form.often")}
        name="often"
        chosen={[custom ? "custom" : fits]}
        options={PRESETS.map((preset) => ({ value: preset, label: t(`form.preset.${preset}`) }))}
        onToggle={choose}
      />
      {custom && (
        <div class="fields">
          <TextField
            mono
            name="cron"
            label={t("form.cron")}
            hint={t("form.cronHint")}
            value={draft.cron}
            wrong={wrong["cron"]}
            onValue={(cron) => put({ cron })}
          />
          <TextField
            name="timeZone"
            label={t("form.timeZone")}
            value={draft.timeZone}
            wrong={wrong["timeZone"]}
            list={timeZones()}
            onValue={(timeZone) => put({ timeZone })}
          />
        </div>
      )}
    </>
  );
}
