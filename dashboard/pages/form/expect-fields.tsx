/** What counts as up: of an answer its status, content, headers and size; of TLS the certificate; of DNS the records. */
import { TextArea, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { bind } from "./bind.ts";
import { Fold } from "./fold.tsx";
import { HTTP, kindOf, TLS } from "./kinds.ts";
import { Rows } from "./rows.tsx";
import { holds, isWrong } from "./sections.ts";
import type { PartProps } from "./target-form.tsx";

export function ExpectFields(props: PartProps) {
  const { t } = useApp();
  const { draft, wrong } = props;
  const kind = kindOf(draft.url);
  const sub = kind === "tls" || kind === "dns" ? t(`form.up.sub.${kind}`) : t("form.up.sub");
  return (
    <Fold name="up" title={t("form.up")} sub={sub} holds={holds("up", draft)} wrong={isWrong("up", wrong)}>
      {HTTP.includes(kind) && <AnswerFields {...props} />}
      {TLS.includes(kind) && (
        <div class="fields">
          <TextField
            type="number"
            unit={t("form.unit.days")}
            label={t("form.expect.certificate")}
            hint={t("form.expect.certificateHint")}
            {...bind("certificateDays", props)}
          />
        </div>
      )}
      {kind === "dns" && (
        <TextArea
          label={t("form.expect.records")}
          hint={t("form.expect.recordsHint")}
          {...bind("records", props)}
        />
      )}
    </Fold>
  );
}

function AnswerFields(props: PartProps) {
  const { t } = useApp();
  const { draft, put, wrong } = props;
  const sizes = [
    ["minBytes", t("form.expect.minBytes")],
    ["maxBytes", t("form.expect.maxBytes")],
  ] as const;
  return (
    <>
      <div class="fields">
        <TextField
          label={t("form.expect.status")}
          hint={t("form.expect.statusHint")}
          {...bind("status", props)}
        />
        <TextField label={t("form.expect.body")} hint={t("form.expect.bodyHint")} {...bind("body", props)} />
      </div>
      <TextField
        mono
        label={t("form.expect.matches")}
        hint={t("form.expect.matchesHint")}
        {...bind("matches", props)}
      />
      <Rows
        field="json"
        label={t("form.expect.json")}
        hint={t("form.expect.jsonHint")}
        add={t("form.expect.json.add")}
        sides={[t("form.row.path"), t("form.row.equals")]}
        rows={draft.json}
        wrong={wrong}
        most={16}
        onRows={(json) => put({ json })}
      />
      <Rows
        field="answerHeaders"
        label={t("form.expect.headers")}
        add={t("form.expect.headers.add")}
        sides={[t("form.row.name"), t("form.row.pattern")]}
        rows={draft.answerHeaders}
        wrong={wrong}
        most={16}
        onRows={(answerHeaders) => put({ answerHeaders })}
      />
      <fieldset>
        <legend>{t("form.expect.size")}</legend>
        <div class="fields">
          {sizes.map(([field, label]) => (
            <TextField
              key={field}
              type="number"
              unit={t("form.unit.bytes")}
              label={label}
              {...bind(field, props)}
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}
