/** The form of a target: what, how often, from where, when it alarms; the rest folded away. */
import { useState } from "preact/hooks";
import type { Recipient, VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { SecretView } from "../../../collector/wire/secret.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { listOf } from "../../i18n/incident-text.ts";
import { Form, TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { useTitle } from "../state/title.ts";
import { AddressFields } from "./address-fields.tsx";
import { AdvancedFields } from "./advanced-fields.tsx";
import { AlarmFields } from "./alarm-fields.tsx";
import { nameOf } from "./common-draft.ts";
import type { Draft } from "./draft.ts";
import { ExpectFields } from "./expect-fields.tsx";
import { FromFields } from "./from-fields.tsx";
import { OftenFields } from "./often-fields.tsx";
import { PreviewSentence } from "./preview-sentence.tsx";
import type { Problems } from "./problems.ts";
import { RequestFields } from "./request-fields.tsx";
import { leftOut, offers as offered } from "./sections.ts";
import { TlsFields } from "./tls-fields.tsx";
import { UrlField } from "./url-field.tsx";
import { useTargetForm } from "./use-target-form.ts";

export type Offers = {
  readonly carriers: readonly Carrier[];
  readonly vantages: readonly VantageView[];
  readonly recipients: readonly Recipient[];
  readonly secrets: readonly SecretView[];
};

/** What each part of the form is given. */
export type PartProps = {
  draft: Draft;
  put: (change: Partial<Draft>) => void;
  wrong: Problems;
  offers: Offers;
  /** Those that exist, with the ones made since the form was opened. */
  secrets: readonly SecretView[];
  onSecret: (made: SecretView) => void;
};

type TargetFormProps = { offers: Offers; target: Target | null; first: Draft };

export function TargetForm({ offers, target, first }: TargetFormProps) {
  const { t, router } = useApp();
  const [draft, setDraft] = useState(first);
  const form = useTargetForm(draft, target);
  useTitle(target ? t("form.edit", { name: target.name }) : t("form.new"));
  const put = (change: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...change }));
    form.touch(Object.keys(change));
  };
  const [made, setMade] = useState<readonly SecretView[]>([]);
  const part: PartProps = {
    draft,
    put,
    wrong: form.wrong,
    offers,
    secrets: [...offers.secrets, ...made],
    onSecret: (secret) => setMade([...made, secret]),
  };
  const group = form.preview?.group;
  return (
    <div class="narrow stack">
      <h1>{target ? t("form.edit", { name: target.name }) : t("form.new")}</h1>
      <section class="panel pad">
        <Form onSubmit={form.submit} label={t("form.new")}>
          <UrlField {...part} fresh={!target} />
          <div class="fields">
            <TextField
              name="name"
              label={t("form.name")}
              hint={t("form.nameHint")}
              placeholder={nameOf({ name: "", url: draft.url })}
              value={draft.name}
              wrong={form.wrong["name"]}
              onValue={(name) => put({ name })}
            />
            <TextField
              name="group"
              label={t("form.group")}
              hint={group && draft.group === "" ? t("form.groupHint", { group }) : t("form.groupHintPlain")}
              value={draft.group}
              wrong={form.wrong["group"]}
              onValue={(value) => put({ group: value })}
            />
          </div>
          <OftenFields {...part} />
          <FromFields {...part} />
          <AlarmFields {...part} />
          <Folds {...part} />
          <PreviewSentence preview={form.preview} offers={offers} draft={draft} />
          {form.error !== null && (
            <p class="problem" role="alert">
              {form.error}
            </p>
          )}
          <div class="row">
            <button type="submit" class="btn primary" disabled={form.busy}>
              {t(target ? "common.save" : "form.submit")}
            </button>
            <button
              type="button"
              class="btn"
              onClick={() => router.go(target ? `/targets/${target.id}` : "/")}
            >
              {t("common.cancel")}
            </button>
          </div>
        </Form>
      </section>
    </div>
  );
}

/** What most targets never need, as far as the URL's kind has it. */
function Folds(props: PartProps) {
  const { t } = useApp();
  const { draft } = props;
  const left = leftOut(draft);
  return (
    <div class="folds">
      {offered("asked", draft) && <RequestFields {...props} />}
      {offered("up", draft) && <ExpectFields {...props} />}
      {offered("tls", draft) && <TlsFields {...props} />}
      {offered("addresses", draft) && <AddressFields {...props} />}
      <AdvancedFields {...props} />
      {left.length > 0 && (
        <p class="hint">
          {t("form.left", {
            sections: listOf(
              left.map((section) => t(`form.${section}`)),
              { t },
            ),
          })}
        </p>
      )}
    </div>
  );
}
