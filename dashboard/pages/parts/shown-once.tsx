/** A secret that is shown this one time: what it is for, a way to take it away, and a button to be done with it. */
import { useApp } from "../state/app.ts";
import { CopyBox } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";

type ShownOnceProps = { title: string; text: string; secret: string; onClose: () => void };

export function ShownOnce({ title, text, secret, onClose }: ShownOnceProps) {
  const { t } = useApp();
  return (
    <Dialog title={title} onClose={onClose} wide>
      <div class="stack">
        <p class="sub">{text}</p>
        <CopyBox text={secret} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("common.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
