/** What most targets never need: what counts as up, timeouts, limits, axes, recipients. */
import { Choices, SelectField, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import type { Draft } from "./draft.ts";
import { toggled } from "./from-fields.tsx";
import type { PartProps } from "./target-form.tsx";

const FIELDS = [
  "status",
  "body",
  "connectMs",
  "totalMs",
  "redirects",
  "bodyCapKb",
  "yMaxTotal",
  "yMaxSpeed",
  "recipients",
];

export function AdvancedFields(props: PartProps) {
  const { t } = useApp();
  const open = FIELDS.some((field) => props.wrong[field]);
  return (
    <details class="fold" open={open}>
      <summary>{t("form.advanced")}</summary>
      <div class="form">
        <Expectation {...props} />
        <Limits {...props} />
        <Axes {...props} />
        <Recipients {...props} />
      </div>
    </details>
  );
}

type TextKey = { [K in keyof Draft]: Draft[K] extends string ? K : never }[keyof Draft];

function bind(key: TextKey, { draft, put, wrong }: PartProps) {
  return {
    name: key,
    value: draft[key],
    wrong: wrong[key],
    onValue: (value: string) => put({ [key]: value }),
  };
}

function Expectation(props: PartProps) {
  const { t } = useApp();
  return (
    <div class="fields">
      <TextField
        label={t("form.expect.status")}
        hint={t("form.expect.statusHint")}
        {...bind("status", props)}
      />
      <TextField label={t("form.expect.body")} hint={t("form.expect.bodyHint")} {...bind("body", props)} />
    </div>
  );
}

function Limits(props: PartProps) {
  const { t } = useApp();
  const { draft, put } = props;
  return (
    <>
      <div class="fields">
        <TextField type="number" unit="ms" label={t("form.timeout.connect")} {...bind("connectMs", props)} />
        <TextField type="number" unit="ms" label={t("form.timeout.total")} {...bind("totalMs", props)} />
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
      </div>
      <div class="fields">
        <SelectField
          label={t("form.method")}
          value={draft.method}
          options={[
            { value: "GET", label: "GET" },
            { value: "HEAD", label: "HEAD" },
          ]}
          onValue={(method) => put({ method })}
        />
        <SelectField
          label={t("form.family")}
          value={draft.family}
          options={(["any", "ipv4", "ipv6"] as const).map((value) => ({
            value,
            label: t(`form.family.${value}`),
          }))}
          onValue={(family) => put({ family })}
        />
      </div>
    </>
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
        <TextField
          type="number"
          unit={t("form.unit.kbs")}
          label={t("form.yMax.speed")}
          {...bind("yMaxSpeed", props)}
        />
      </div>
    </fieldset>
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
          options={offers.recipients.map((one) => ({ value: one.id, label: `${one.name} <${one.address}>` }))}
          onToggle={(id) => put({ recipients: toggled(draft.recipients ?? [], id) })}
        />
      )}
    </>
  );
}
