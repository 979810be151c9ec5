/** The URL, what it may be, and what its kind means. */
import { TextField } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import { kindOf } from "./kinds.ts";
import type { PartProps } from "./target-form.tsx";

const EXAMPLES = [
  ["http", "https://www.example.com/path"],
  ["tcp", "tcp://mail.example.com:25"],
  ["tls", "tls://www.example.com"],
  ["ping", "ping://www.example.com:443?count=10"],
  ["dns", "dns://example.com?type=MX&resolver=192.0.2.53"],
] as const;

export function UrlField({ draft, put, wrong, fresh }: PartProps & { fresh: boolean }) {
  const { t } = useApp();
  const kind = kindOf(draft.url);
  return (
    <div class="url-field">
      <TextField
        big
        mono
        autofocus={fresh}
        name="url"
        type="url"
        label={t("form.url")}
        hint={kind === "http" || kind === "https" ? t("form.urlHint") : t(`form.kind.${kind}`)}
        placeholder="https://www.example.com/"
        value={draft.url}
        wrong={wrong["url"]}
        onValue={(url) => put({ url })}
      />
      <details class="kinds">
        <summary>{t("form.kinds")}</summary>
        <dl>
          {EXAMPLES.map(([name, example]) => (
            <div key={name}>
              <dt class="mono">{example}</dt>
              <dd class="small">{t(`form.kinds.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}
