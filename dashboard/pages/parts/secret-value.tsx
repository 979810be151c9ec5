/**
 * The value of a secret: typed unseen, pasted, or read from a file.
 *
 * A password field would take the line breaks out of a private key: text of several lines is kept beside it, and only
 * counted for the eye.
 */
import type { TargetedClipboardEvent, TargetedEvent } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../state/app.ts";
import { Note } from "./fields.tsx";

type SecretValueProps = { value: string; onValue: (value: string) => void; wrong: string | undefined };

export function SecretValueField({ value, onValue, wrong }: SecretValueProps) {
  const { t } = useApp();
  const id = useId();
  const lines = value.replace(/\n$/, "").split("\n").length;
  const paste = (event: TargetedClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.trim().includes("\n")) return;
    event.preventDefault();
    onValue(text.replaceAll("\r\n", "\n"));
  };
  const read = (event: TargetedEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    void file?.text().then((text) => onValue(unbroken(text)));
  };
  return (
    <div class="f">
      {value.includes("\n") ? (
        <>
          <span class="label">{t("settings.secrets.value")}</span>
          <p class="held">
            {t("settings.secrets.long", { lines, n: value.length })}{" "}
            <button type="button" class="link" onClick={() => onValue("")}>
              {t("settings.secrets.again")}
            </button>
          </p>
        </>
      ) : (
        <>
          <label for={id}>{t("settings.secrets.value")}</label>
          <input
            type="password"
            id={id}
            class="in"
            name="secret-value"
            value={value}
            autocomplete="new-password"
            spellcheck={false}
            aria-invalid={wrong ? "true" : undefined}
            aria-describedby={`${id}-note`}
            onPaste={paste}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        </>
      )}
      <Note id={`${id}-note`} hint={t("settings.secrets.valueHint")} wrong={wrong} />
      <label class="link file">
        {t("settings.secrets.file")}
        <input type="file" class="sr" onChange={read} />
      </label>
    </div>
  );
}

/** A file of one line is that line: the break at its end is the editor's, not the password's. */
function unbroken(text: string): string {
  const plain = text.replaceAll("\r\n", "\n");
  return plain.indexOf("\n") === plain.length - 1 ? plain.slice(0, -1) : plain;
}
