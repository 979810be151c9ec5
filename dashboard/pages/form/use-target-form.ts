/** What the page and the collector think of a target's form, and saving it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { TargetPreview } from "../../../collector/wire/api-overview.ts";
import type { Target, TargetInput } from "../../../collector/wire/target.ts";
import { ApiError } from "../../api/client.ts";
import { problemText } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { type Draft, inputOf } from "./draft.ts";
import { type Problems, problemsOf, serverProblems } from "./problems.ts";

const PREVIEW_AFTER_MS = 250;

/** The state of one form: call `touch` with what was changed, `submit` to save. */
export function useTargetForm(draft: Draft, target: Target | null) {
  const { t, client, router } = useApp();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Problems>({});
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const own = useMemo(() => problemsOf(draft, t), [draft, t]);
  const preview = usePreview(draft, target, Object.keys(own).length === 0);
  const judged = preview && !preview.ok ? serverProblems(preview.issues, draft, t) : {};
  const all: Problems = { ...judged, ...refused, ...own };
  const wrong = tried
    ? all
    : Object.fromEntries(Object.entries(all).filter(([field]) => touchedBy(touched, field)));
  const submit = () => {
    setTried(true);
    setError(null);
    if (Object.keys(own).length > 0) return focusFirstWrong();
    setBusy(true);
    const input = inputOf(draft, target ? definitionOf(target) : null);
    const saved = target
      ? client.put<Target>(`/targets/${target.id}`, { version: target.version, target: input })
      : client.post<Target>("/targets", input);
    saved.then(
      ({ id }) => {
        scrollTo(0, 0);
        router.go(`/targets/${id}`);
      },
      (failed: unknown) => {
        setBusy(false);
        const issues = failed instanceof ApiError ? failed.issues : [];
        const found = serverProblems(issues, draft, t);
        setRefused(found);
        const changed = failed instanceof ApiError && failed.code === "version_conflict";
        if (changed) setError(t("form.changed"));
        else if (issues.length === 0) setError(problemText(failed, t));
        else setError(found[""] ?? null);
        focusFirstWrong();
      },
    );
  };
  const touch = (fields: readonly string[]) => {
    setTouched((old) => new Set([...old, ...fields]));
    setRefused({});
  };
  return { wrong, submit, touch, error, busy, preview };
}

/** Without what the collector adds to a definition. */
function definitionOf(target: Target): TargetInput {
  const {
    id: _id,
    stepS: _step,
    phaseS: _phase,
    createdS: _created,
    pauses: _pauses,
    version: _version,
    ...input
  } = target;
  return input;
}

function touchedBy(touched: ReadonlySet<string>, field: string): boolean {
  const name = field.split(".")[0] ?? "";
  return (
    touched.has(name) ||
    (name === "from" && ["fromAll", "carriers", "vantages", "tags"].some((one) => touched.has(one)))
  );
}

/** Asks the collector what would be measured, a moment after the last key. */
function usePreview(draft: Draft, target: Target | null, worthAsking: boolean): TargetPreview | null {
  const { client } = useApp();
  const [preview, setPreview] = useState<TargetPreview | null>(null);
  const path = target ? `/targets/preview?id=${target.id}` : "/targets/preview";
  const body = worthAsking ? JSON.stringify(inputOf(draft, target ? definitionOf(target) : null)) : null;
  useEffect(() => {
    if (body === null) return setPreview(null);
    let current = true;
    const timer = setTimeout(() => {
      client.post<TargetPreview>(path, JSON.parse(body)).then(
        (answer) => {
          if (current) setPreview(answer);
        },
        () => undefined,
      );
    }, PREVIEW_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [body, path, client]);
  return preview;
}

function focusFirstWrong(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>("[aria-invalid='true']");
    for (let at = field?.parentElement; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
    }
    field?.focus();
  });
}
