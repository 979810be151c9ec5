/** TLS: who is trusted, who this client is, and which name is asked for. */
import { TextArea, TextField, TickBox } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { bind } from "./bind.ts";
import { Fold } from "./fold.tsx";
import { SecretField } from "./secret-field.tsx";
import { holds, isWrong } from "./sections.ts";
import type { PartProps } from "./target-form.tsx";

const PEM = "-----BEGIN CERTIFICATE-----";

export function TlsFields(props: PartProps) {
  const { t } = useApp();
  const { draft, put, wrong, secrets, onSecret } = props;
  return (
    <Fold
      name="tls"
      title={t("form.tls")}
      sub={t("form.tls.sub")}
      holds={holds("tls", draft)}
      wrong={isWrong("tls", wrong)}
    >
      <TextField
        mono
        label={t("form.tls.serverName")}
        hint={t("form.tls.serverNameHint")}
        {...bind("serverName", props)}
      />
      <TextArea label={t("form.tls.ca")} placeholder={PEM} {...bind("ca", props)} />
      <TickBox
        name="target-unverified"
        label={t("form.tls.unverified")}
        hint={t("form.tls.unverifiedHint")}
        value={draft.unverified}
        wrong={wrong["unverified"]}
        onValue={(unverified) => put({ unverified })}
      />
      {draft.unverified && (
        <p class="preview warn" role="status">
          {t("form.tls.unverifiedWarn")}
        </p>
      )}
      <TextArea label={t("form.tls.client")} placeholder={PEM} {...bind("clientCertificate", props)} />
      {(draft.clientCertificate.trim() !== "" || draft.clientKey !== "") && (
        <SecretField
          name="client-key"
          label={t("form.secret.key")}
          value={draft.clientKey}
          secrets={secrets}
          wrong={wrong["clientKey"]}
          onValue={(clientKey) => put({ clientKey })}
          onMade={onSecret}
        />
      )}
    </Fold>
  );
}
