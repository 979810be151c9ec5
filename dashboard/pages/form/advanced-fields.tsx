/** What most targets never need: timeouts, limits, axes, recipients. */
import { Choices, TextField, TickBox } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { bind } from "./bind.ts";
import { Fold } from "./fold.tsx";
import { toggled, withLost } from "./from-fields.tsx";
import { HTTP, kindOf } from "./kinds.ts";
import type { PartProps } from "./target-form.tsx";

const FIELDS = [
  "connectMs",
  "totalMs",
  "redirects",
  "bodyCapKb",
  "yMaxTotal",
  "yMaxSpeed",
  "archives",
  "recipients",
];

export function AdvancedFields(props: PartProps) {
  const { t } = useApp();
  return (
    <Fold
      name="advanced"
      title={t("form.advanced")}
      sub={t("form.advanced.sub")}
      holds={false}
      wrong={FIELDS.some((field) => props.wrong[field])}
    >
      <Limits {...props} />
      <Axes {...props} />
      <TextField label={t("form.archives")} hint={t("form.archives.hint")} {...bind("archives", props)} />
      <Extras {...props} />
      <Recipients {...props} />
    </Fold>
  );
}

function Limits(props: PartProps) {
  const { t } = useApp();
  const reads = HTTP.includes(kindOf(props.draft.url));
  return (
    <div class="fields">
      <TextField type="number" unit="ms" label={t("form.timeout.connect")} {...bind("connectMs", props)} />
      <TextField type="number" unit="ms" label={t("form.timeout.total")} {...bind("totalMs", props)} />
      {reads && (
        <>
          <TextField
            type="number"
            unit={t("form.unit.times")}
            label={t("form.redirects")}
            {...bind("redirects", props)}
          />
          <TextField
            type="number"
            unit={t("form.unit.kb")}
            label={t("form.bodyCap")}
            {...bind("bodyCapKb", props)}
          />
        </>
      )}
    </div>
  );
}

function Axes(props: PartProps) {
  const { t } = useApp();
  return (
    <fieldset>
      <legend>{t("form.yMax")}</legend>
      <span class="hint">{t("form.yMaxHint")}</span>
      <div class="fields">
        <TextField type="number" unit="ms" label={t("form.yMax.total")} {...bind("yMaxTotal", props)} />
        {HTTP.includes(kindOf(props.draft.url)) && (
          <TextField
            type="number"
            unit={t("form.unit.kbs")}
            label={t("form.yMax.speed")}
            {...bind("yMaxSpeed", props)}
          />
        )}
      </div>
    </fieldset>
  );
}

/** What is kept beside the archives' three functions and the percentiles of the total. */
function Extras({ draft, put }: PartProps) {
  const { t } = useApp();
  return (
    <>
      <TickBox
        name="last"
        label={t("form.last")}
        hint={t("form.last.hint")}
        value={draft.last}
        onValue={(last) => put({ last })}
      />
      {HTTP.includes(kindOf(draft.url)) && (
        <TickBox
          name="ttfbPercentiles"
          label={t("form.ttfbPercentiles")}
          hint={t("form.ttfbPercentiles.hint")}
          value={draft.ttfbPercentiles}
          onValue={(ttfbPercentiles) => put({ ttfbPercentiles })}
        />
      )}
    </>
  );
}

function Recipients({ draft, put, wrong, offers }: PartProps) {
  const { t } = useApp();
  return (
    <>
      <Choices
        label={t("form.recipients")}
        name="recipients"
        hint={offers.recipients.length === 0 ? t("form.recipients.none") : undefined}
        wrong={wrong["recipients"]}
        chosen={[draft.recipients === null ? "all" : "some"]}
        options={[
          { value: "all", label: t("form.recipients.all") },
          { value: "some", label: t("form.recipients.some") },
        ]}
        onToggle={(value) => put({ recipients: value === "all" ? null : [] })}
      />
      {draft.recipients !== null && (
        <Choices
          many
          label={t("form.recipients.some")}
          name="recipient"
          chosen={draft.recipients}
          options={withLost(
            offers.recipients.map((one) => ({ value: one.id, label: `${one.name} <${one.address}>` })),
            draft.recipients,
          )}
          onToggle={(id) => put({ recipients: toggled(draft.recipients ?? [], id) })}
        />
      )}
    </>
  );
}
