/** A text to take away, with a button that copies it. */
import { useState } from "preact/hooks";
import { useApp } from "../state/app.ts";

export function CopyBox({ text }: { text: string }) {
  const { t } = useApp();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // Without TLS a browser has no clipboard: the text is then selected by a click, to be copied by hand.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div class="stack copy">
      <code class="command">{text}</code>
      <div>
        <button type="button" class="btn primary" onClick={copy}>
          {t(copied ? "common.copied" : "common.copy")}
        </button>
      </div>
    </div>
  );
}
