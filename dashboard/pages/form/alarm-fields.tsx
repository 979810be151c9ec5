/** Alarm lines: total and speed at hand; other phases, single carriers and the counting folded away. */
import { carrierColor } from "../../charts/theme.ts";
import { SelectField, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import type { LineMetric } from "./common-draft.ts";
import { Fold } from "./fold.tsx";
import { kindOf, kindsWith } from "./kinds.ts";
import type { PartProps } from "./target-form.tsx";

const MORE: readonly LineMetric[] = ["ttfb", "dns", "connect", "tls", "wait", "transfer"];

export function AlarmFields(props: PartProps) {
  const { t } = useApp();
  const { draft, wrong } = props;
  const kind = kindOf(draft.url);
  const has = (metric: LineMetric) => kindsWith(metric).includes(kind);
  const more = MORE.filter(has);
  const folded = ["ticks", "quorum", ...MORE.map((metric) => `lines.${metric}`)];
  return (
    <fieldset>
      <legend>{t("form.alarm")}</legend>
      <span class="hint">{t("form.alarmHint")}</span>
      <div class="fields">
        <Line metric="total" {...props} />
        {has("speed") && <Line metric="speed" {...props} />}
      </div>
      <Fold
        title={t("form.alarm.more")}
        holds={more.some((metric) => draft.lines[metric]) || Object.keys(draft.carrierLines).length > 0}
        wrong={Object.keys(wrong).some((field) => folded.includes(field) || /^carrierLines/.test(field))}
      >
        <div class="fields three">
          {more.map((metric) => (
            <Line key={metric} metric={metric} {...props} />
          ))}
        </div>
        <CarrierLines {...props} />
        <Counting {...props} />
      </Fold>
    </fieldset>
  );
}

function Line({ metric, draft, put, wrong }: PartProps & { metric: LineMetric }) {
  const { t } = useApp();
  return (
    <TextField
      type="number"
      name={`line-${metric}`}
      label={t(`form.alarm.${metric}`)}
      unit={metric === "speed" ? t("form.unit.kbs") : "ms"}
      value={draft.lines[metric] ?? ""}
      wrong={wrong[`lines.${metric}`]}
      onValue={(value) => put({ lines: { ...draft.lines, [metric]: value } })}
    />
  );
}

/** Another line for one carrier's total, where a line for all exists. */
function CarrierLines({ draft, put, wrong, offers }: PartProps) {
  const { t, language, theme } = useApp();
  const used = new Set(offers.vantages.map((one) => one.vantage.carrier));
  const carriers = offers.carriers.filter(
    (carrier) => used.has(carrier.id) || carrier.id in draft.carrierLines,
  );
  if ((draft.lines.total ?? "") === "" || carriers.length < 2) return null;
  return (
    <fieldset>
      <legend>{t("form.alarm.perCarrier")}</legend>
      <div class="fields three">
        {carriers.map((carrier) => (
          <TextField
            key={carrier.id}
            color={carrierColor(carrier.color, theme.dark)}
            type="number"
            label={carrier.name[language]}
            unit="ms"
            placeholder={t("form.alarm.sameLine")}
            value={draft.carrierLines[carrier.id] ?? ""}
            wrong={wrong[`carrierLines.${carrier.id}`]}
            onValue={(value) => put({ carrierLines: { ...draft.carrierLines, [carrier.id]: value } })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Counting({ draft, put, wrong, offers }: PartProps) {
  const { t } = useApp();
  const most = Math.max(
    2,
    new Set(offers.vantages.map((one) => one.vantage.carrier)).size,
    Number(draft.quorum) || 0,
  );
  const numbers = Array.from({ length: most }, (_, i) => String(i + 1));
  return (
    <div class="fields">
      <TextField
        type="number"
        name="ticks"
        label={t("form.alarm.ticks")}
        hint={t("form.alarm.ticksHint")}
        unit={t("form.unit.rounds")}
        value={draft.ticks}
        wrong={wrong["ticks"]}
        onValue={(ticks) => put({ ticks })}
      />
      <SelectField
        label={t("form.alarm.carriers")}
        value={draft.quorum}
        wrong={wrong["quorum"]}
        options={["majority", ...numbers].map((value) => ({
          value,
          label: value === "majority" ? t("form.alarm.majority") : value,
        }))}
        onValue={(quorum) => put({ quorum })}
      />
    </div>
  );
}
