/** The dialogs of this product: the browser's own element, so that focus and Escape work as everywhere. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../state/app.ts";
import { problemText } from "./problem.tsx";

type DialogProps = { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean };

/** A modal box, open while it is rendered. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog ref={box} class={wide ? "box wide" : "box"} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

type ConfirmProps = {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
};

/** Asks before something happens; stays open with the reason when it fails. */
export function Confirm({ title, text, action, danger = false, onConfirm, onClose }: ConfirmProps) {
  const { t } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = () => {
    setBusy(true);
    onConfirm().then(onClose, (failed: unknown) => {
      setError(failed);
      setBusy(false);
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="sub">{text}</p>
      {error !== null && (
        <p class="problem" role="alert">
          {problemText(error, t)}
        </p>
      )}
      <div class="actions">
        <button type="button" class="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button type="button" class={`btn primary ${danger ? "danger" : ""}`} disabled={busy} onClick={act}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
