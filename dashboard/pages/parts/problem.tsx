/** An error in the reader's words, and the box it is shown in. */
import { ApiError } from "../../api/client.ts";
import type { Translate } from "../../i18n/translate.ts";
import { useApp } from "../state/app.ts";

/** What went wrong, as one sentence. */
export function problemText(error: unknown, t: Translate): string {
  if (!(error instanceof ApiError)) return t("problem.generic", { message: String(error) });
  if (error.code === "offline") return t("problem.offline");
  if (error.code === "version_conflict") return t("problem.conflict");
  if (error.code === "in_use") return t("problem.inUse");
  if (error.code === "last_user") return t("problem.lastUser");
  if (error.status === 401) return t("problem.session");
  if (error.status === 403) return t("problem.forbidden");
  if (error.status >= 500) return t("problem.server");
  const hint = error.hint ? ` ${t.said(error.hint)}` : "";
  return t("problem.generic", { message: t.said(error.message) + hint });
}

/** The box; with a way to try again. */
export function ProblemBox({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useApp();
  return (
    <div class="problem" role="alert">
      {problemText(error, t)}{" "}
      {retry && (
        <button type="button" class="link" onClick={retry}>
          {t("common.retry")}
        </button>
      )}
    </div>
  );
}
