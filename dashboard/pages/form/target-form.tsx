/** The form of a target: what, how often, from where, when it alarms; the rest folded away. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { TargetPreview } from "../../../collector/wire/api-overview.ts";
import type { Recipient, VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { ApiError } from "../../api/client.ts";
import { Form, TextField } from "../parts/fields.tsx";
import { problemText } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useTitle } from "../state/title.ts";
import { AdvancedFields } from "./advanced-fields.tsx";
import { AlarmFields } from "./alarm-fields.tsx";
import { type Draft, inputOf, nameOf } from "./draft.ts";
import { FromFields } from "./from-fields.tsx";
import { OftenFields } from "./often-fields.tsx";
import { PreviewSentence } from "./preview-sentence.tsx";
import { type Problems, problemsOf, serverProblems } from "./problems.ts";

const PREVIEW_AFTER_MS = 250;

export type Offers = {
  readonly carriers: readonly Carrier[];
  readonly vantages: readonly VantageView[];
  readonly recipients: readonly Recipient[];
};

/** What each part of the form is given. */
export type PartProps = {
  draft: Draft;
  put: (change: Partial<Draft>) => void;
  wrong: Problems;
  offers: Offers;
};

type TargetFormProps = { offers: Offers; target: Target | null; first: Draft };

export function TargetForm({ offers, target, first }: TargetFormProps) {
  const { t, router } = useApp();
  const [draft, setDraft] = useState(first);
  const form = useTargetForm(draft, target);
  useTitle(target ? t("form.edit", { name: target.name }) : t("form.new"));
  const put = (change: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...change }));
    form.touch(Object.keys(change));
  };
  const part: PartProps = { draft, put, wrong: form.wrong, offers };
  const group = form.preview?.group;
  return (
    <div class="narrow stack">
      <h1>{target ? t("form.edit", { name: target.name }) : t("form.new")}</h1>
      <section class="panel pad">
        <Form onSubmit={form.submit} label={t("form.new")}>
          <TextField
            big
            mono
            autofocus={!target}
            name="url"
            type="url"
            label={t("form.url")}
            hint={t("form.urlHint")}
            placeholder="https://www.example.com/"
            value={draft.url}
            wrong={form.wrong["url"]}
            onValue={(url) => put({ url })}
          />
          <div class="fields">
            <TextField
              name="name"
              label={t("form.name")}
              hint={t("form.nameHint")}
              placeholder={nameOf({ name: "", url: draft.url })}
              value={draft.name}
              wrong={form.wrong["name"]}
              onValue={(name) => put({ name })}
            />
            <TextField
              name="group"
              label={t("form.group")}
              hint={group && draft.group === "" ? t("form.groupHint", { group }) : t("form.groupHintPlain")}
              value={draft.group}
              wrong={form.wrong["group"]}
              onValue={(value) => put({ group: value })}
            />
          </div>
          <OftenFields {...part} />
          <FromFields {...part} />
          <AlarmFields {...part} />
          <AdvancedFields {...part} />
          <PreviewSentence preview={form.preview} offers={offers} draft={draft} />
          {form.error !== null && (
            <p class="problem" role="alert">
              {form.error}
            </p>
          )}
          <div class="row">
            <button type="submit" class="btn primary" disabled={form.busy}>
              {t(target ? "common.save" : "form.submit")}
            </button>
            <button
              type="button"
              class="btn"
              onClick={() => router.go(target ? `/targets/${target.id}` : "/")}
            >
              {t("common.cancel")}
            </button>
          </div>
        </Form>
      </section>
    </div>
  );
}

/** What the page and the collector think of the draft, and saving it. */
function useTargetForm(draft: Draft, target: Target | null) {
  const { t, client, router } = useApp();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Problems>({});
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const own = useMemo(() => problemsOf(draft, t), [draft, t]);
  const preview = usePreview(draft, target, Object.keys(own).length === 0);
  const judged = preview && !preview.ok ? serverProblems(preview.issues, t) : {};
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
        setRefused(serverProblems(issues, t));
        const changed = failed instanceof ApiError && failed.code === "version_conflict";
        if (changed) setError(t("form.changed"));
        else if (issues.length === 0) setError(problemText(failed, t));
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
function definitionOf(target: Target): Parameters<typeof inputOf>[1] {
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
  const body = worthAsking ? JSON.stringify(inputOf(draft, target ? definitionOf(target) : null)) : null;
  useEffect(() => {
    if (body === null) return setPreview(null);
    let current = true;
    const timer = setTimeout(() => {
      client.post<TargetPreview>("/targets/preview", JSON.parse(body)).then(
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
  }, [body, client]);
  return preview;
}

function focusFirstWrong(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>("[aria-invalid='true']");
    const fold = field?.closest("details");
    if (fold) fold.open = true;
    field?.focus();
  });
}
