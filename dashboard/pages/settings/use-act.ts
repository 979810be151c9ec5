/** Doing something that the collector may refuse: busy meanwhile, the reason afterwards. */
import { useState } from "preact/hooks";
import { ApiError } from "../../api/client.ts";
import type { Translate } from "../../i18n/translate.ts";
import { problemText } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";

export type Act = {
  readonly busy: boolean;
  /** Why the newest one failed, in the reader's words. */
  readonly error: string | null;
  /** Its code, for a form that knows better words. */
  readonly code: string | null;
  /** The same at its field, by path. */
  readonly issues: Readonly<Record<string, string>>;
  run(act: () => Promise<unknown>): void;
};

export function useAct(): Act {
  const { t } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const [issues, setIssues] = useState<Readonly<Record<string, string>>>({});
  return {
    busy,
    error,
    code,
    issues,
    run(act) {
      setBusy(true);
      setError(null);
      setCode(null);
      setIssues({});
      act()
        .catch((failed: unknown) => {
          setCode(failed instanceof ApiError ? failed.code : null);
          const found = failed instanceof ApiError ? failed.issues : [];
          setIssues(Object.fromEntries(found.map((one) => [one.path, issueText(one.message, t)])));
          if (found.length === 0) setError(problemText(failed, t));
        })
        .finally(() => setBusy(false));
    },
  };
}

/** What the collector says of a field, in the reader's words where the page has them. */
function issueText(message: string, t: Translate): string {
  if (/email/i.test(message)) return t("problem.address");
  if (/expected number/i.test(message)) return t("problem.number");
  if (/expected int/i.test(message)) return t("problem.whole");
  if (/>=1 characters/.test(message)) return t("problem.required");
  if (/use 1 to 48 of/.test(message)) return t("problem.id");
  if (/the value is empty/.test(message)) return t("problem.secret.empty");
  if (/at most 8192 characters/.test(message)) return t("problem.secret.long");
  return t("problem.field", { message: t.said(message) });
}
