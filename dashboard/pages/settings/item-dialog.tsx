/** The dialog in which one thing of the settings is added or changed: its fields, why it was refused, two buttons. */
import type { ComponentChildren } from "preact";
import { Dialog } from "../parts/dialog.tsx";
import { Form } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import type { Act } from "./use-act.ts";

type ItemDialogProps = {
  title: string;
  /** What the button says that does it. */
  action: string;
  act: Act;
  /** Whether there is enough to try. */
  ready: boolean;
  onSave: () => void;
  onClose: () => void;
  children: ComponentChildren;
};

export function ItemDialog({ title, action, act, ready, onSave, onClose, children }: ItemDialogProps) {
  const { t } = useApp();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={onSave} label={title}>
        {children}
        {act.error && (
          <p class="problem" role="alert">
            {act.error}
          </p>
        )}
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("common.cancel")}
          </button>
          <button type="submit" class="btn primary" disabled={act.busy || !ready}>
            {action}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
