/** How a target is asked: method, headers, body, credentials, HTTP/2. */
import type { Method } from "../../../collector/wire/request.ts";
import { Choices, SelectField, TextArea, TextField, TickBox } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { Fold } from "./fold.tsx";
import { kindOf } from "./kinds.ts";
import { Rows } from "./rows.tsx";
import { SecretField } from "./secret-field.tsx";
import { holds, isWrong } from "./sections.ts";
import type { PartProps } from "./target-form.tsx";

const METHODS: readonly Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export function RequestFields(props: PartProps) {
  const { t } = useApp();
  const { draft, put, wrong } = props;
  const mayHaveBody = !["GET", "HEAD"].includes(draft.method);
  return (
    <Fold
      name="asked"
      title={t("form.asked")}
      sub={t("form.asked.sub")}
      holds={holds("asked", draft)}
      wrong={isWrong("asked", wrong)}
    >
      <div class="fields">
        <SelectField
          label={t("form.method")}
          name="target-method"
          value={draft.method}
          wrong={wrong["method"]}
          options={METHODS.map((value) => ({ value, label: value }))}
          onValue={(method) => put({ method })}
        />
        {kindOf(draft.url) === "https" && (
          <TickBox
            name="target-http2"
            label={t("form.http2")}
            hint={t("form.http2Hint")}
            value={draft.http2}
            wrong={wrong["http2"]}
            onValue={(http2) => put({ http2 })}
          />
        )}
      </div>
      <Rows
        field="headers"
        label={t("form.headers")}
        add={t("form.headers.add")}
        sides={[t("form.row.name"), t("form.row.value")]}
        rows={draft.headers}
        wrong={wrong}
        most={32}
        onRows={(headers) => put({ headers })}
      />
      {(mayHaveBody || draft.requestBody !== "") && (
        <TextArea
          name="target-requestBody"
          label={t("form.body")}
          hint={t("form.bodyHint")}
          rows={4}
          value={draft.requestBody}
          wrong={wrong["requestBody"]}
          onValue={(requestBody) => put({ requestBody })}
        />
      )}
      <Credentials {...props} />
    </Fold>
  );
}

function Credentials({ draft, put, wrong, secrets, onSecret }: PartProps) {
  const { t } = useApp();
  const { auth } = draft;
  return (
    <>
      <Choices
        label={t("form.auth")}
        name="target-auth"
        chosen={[auth]}
        wrong={wrong["auth"]}
        options={(["none", "basic", "bearer"] as const).map((value) => ({
          value,
          label: t(`form.auth.${value}`),
        }))}
        onToggle={(value) => put({ auth: value })}
      />
      {auth === "basic" && (
        <TextField
          name="auth-user"
          label={t("form.auth.user")}
          value={draft.user}
          wrong={wrong["user"]}
          onValue={(user) => put({ user })}
        />
      )}
      {auth !== "none" && (
        <SecretField
          name="auth-secret"
          label={t(`form.secret.${auth}`)}
          value={draft.authSecret}
          secrets={secrets}
          wrong={wrong["authSecret"]}
          onValue={(authSecret) => put({ authSecret })}
          onMade={onSecret}
        />
      )}
    </>
  );
}
