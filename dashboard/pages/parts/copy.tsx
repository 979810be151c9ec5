/** A text to take away, with a button that copies it. */
import { useRef, useState } from "preact/hooks";
import { useApp } from "../state/app.ts";

export function CopyBox({ text }: { text: string }) {
  const { t } = useApp();
  const [copied, setCopied] = useState(false);
  const code = useRef<HTMLElement>(null);
  const copy = () => {
    const byHand = () => {
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setCopied(document.execCommand("copy"));
    };
    // Without TLS a browser has no clipboard but still copies what is selected.
    if (window.isSecureContext) navigator.clipboard.writeText(text).then(() => setCopied(true), byHand);
    else byHand();
  };
  return (
    <div class="stack copy">
      <code class="command" ref={code}>
        {text}
      </code>
      <div>
        <button type="button" class="btn primary" onClick={copy}>
          {t(copied ? "common.copied" : "common.copy")}
        </button>
      </div>
    </div>
  );
}
