/** First run: language and time zone, a password, and whose network this machine stands in. */
import { useState } from "preact/hooks";
import type { SessionView, SetupInput } from "../../../collector/wire/api-account.ts";
import { ApiError } from "../../api/client.ts";
import type { Key, Translate } from "../../i18n/translate.ts";
import { Choices, Form, TextField } from "../parts/fields.tsx";
import { problemText } from "../parts/problem.tsx";
import { timeZones } from "../parts/time-zones.ts";
import { useApp } from "../state/app.ts";
import { CardPage } from "./card-page.tsx";

/** Where a machine can stand at first; colours as the collector's defaults. */
const PLACES = [
  { value: "local", zh: "本机", en: "This machine", color: "#7d5fb8" },
  { value: "ct", zh: "电信", en: "China Telecom", color: "#2f6fde" },
  { value: "cnc", zh: "联通", en: "China Unicom", color: "#d9772b" },
  { value: "cmcc", zh: "移动", en: "China Mobile", color: "#158a7a" },
  { value: "other", zh: "", en: "", color: "#8a5a2b" },
] as const;

type Draft = {
  token: string;
  username: string;
  password: string;
  again: string;
  timeZone: string;
  place: (typeof PLACES)[number]["value"];
  carrierName: string;
};

type Wrong = Partial<Record<keyof Draft, string>>;

export function SetupPage() {
  const { t, language, setLanguage, client, setSession, router, place } = useApp();
  const given = place.query.get("token") ?? place.hash.replace(/^#(token=)?/, "");
  const [draft, setDraft] = useState<Draft>({
    token: given,
    username: "admin",
    password: "",
    again: "",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    place: "local",
    carrierName: "",
  });
  const [wrong, setWrong] = useState<Wrong>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const put = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    setWrong({ ...wrong, ...Object.fromEntries(Object.keys(change).map((key) => [key, undefined])) });
  };
  const submit = () => {
    const problems = problemsOf(draft, t);
    setWrong(problems);
    setError(null);
    if (Object.values(problems).some(Boolean)) return;
    setBusy(true);
    client.post<SessionView>("/setup", inputOf(draft, language)).then(
      (session) => {
        setLanguage(language);
        router.go("/", { replace: true });
        setSession(session);
      },
      (failed: unknown) => {
        setWrong(serverProblems(failed, t));
        setError(failed);
        setBusy(false);
      },
    );
  };
  const fields = { draft, wrong, put };
  return (
    <CardPage title={t("setup.title")} sub={t("setup.sub")} setup>
      <Form onSubmit={submit} label={t("setup.title")}>
        {given === "" && (
          <TextField {...textProps("token", fields, t, "setup.token", "setup.tokenHint")} mono />
        )}
        <Who {...fields} />
        <Stands {...fields} />
        {error !== null && (
          <p class="problem" role="alert">
            {setupProblem(error, t)}
          </p>
        )}
        <button type="submit" class="btn primary wide" disabled={busy}>
          {t("setup.done")}
        </button>
      </Form>
    </CardPage>
  );
}

type Fields = { draft: Draft; wrong: Wrong; put: (change: Partial<Draft>) => void };

function textProps(
  key: Exclude<keyof Draft, "place">,
  { draft, wrong, put }: Fields,
  t: Translate,
  label: Key,
  hint?: Key,
) {
  return {
    name: key,
    label: t(label),
    hint: hint && t(hint),
    value: draft[key],
    wrong: wrong[key],
    onValue: (value: string) => put({ [key]: value }),
  };
}

/** Language, time zone, and who may log in. */
function Who(fields: Fields) {
  const { t, language, setLanguage } = useApp();
  const fresh = { type: "password", autocomplete: "new-password" } as const;
  return (
    <>
      <div class="fields">
        <Choices
          label={t("language.label")}
          name="language"
          chosen={[language]}
          options={[
            { value: "zh", label: "中文" },
            { value: "en", label: "English" },
          ]}
          onToggle={setLanguage}
        />
        <TextField
          {...textProps("timeZone", fields, t, "setup.timeZone", "setup.timeZoneHint")}
          list={timeZones()}
        />
      </div>
      <TextField {...textProps("username", fields, t, "setup.username")} autocomplete="username" />
      <div class="fields">
        <TextField {...textProps("password", fields, t, "setup.password", "setup.passwordHint")} {...fresh} />
        <TextField {...textProps("again", fields, t, "setup.password2")} {...fresh} />
      </div>
    </>
  );
}

/** Whose network this machine is in. */
function Stands(fields: Fields) {
  const { t, language } = useApp();
  return (
    <>
      <Choices
        label={t("setup.stands")}
        hint={t("setup.standsHint")}
        name="place"
        chosen={[fields.draft.place]}
        options={PLACES.map((option) => ({
          value: option.value,
          color: option.color,
          label: option.value === "other" ? t("setup.carrier.other") : option[language],
        }))}
        onToggle={(value) => fields.put({ place: value })}
      />
      {fields.draft.place === "other" && (
        <TextField {...textProps("carrierName", fields, t, "setup.carrierName", "setup.carrierNameHint")} />
      )}
    </>
  );
}

function problemsOf(draft: Draft, t: Translate): Wrong {
  const wrong: Wrong = {};
  if (draft.token.trim() === "") wrong.token = t("problem.required");
  if (!/^[\p{L}\p{N}._@+-]+$/u.test(draft.username.trim())) wrong.username = t("problem.username");
  if (draft.password.length < 10) wrong.password = t("problem.password.short");
  else if (draft.password !== draft.again) wrong.again = t("problem.password.same");
  if (!timeZones().includes(draft.timeZone) && draft.timeZone !== "UTC")
    wrong.timeZone = t("problem.timeZone");
  if (draft.place === "other" && draft.carrierName.trim() === "") wrong.carrierName = t("problem.required");
  return wrong;
}

function inputOf(draft: Draft, language: SetupInput["language"]): SetupInput {
  const input: SetupInput = {
    token: draft.token.trim(),
    username: draft.username.trim(),
    password: draft.password,
    language,
    timeZone: draft.timeZone,
    carrier: draft.place,
  };
  if (draft.place !== "other") return input;
  const name = draft.carrierName.trim();
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32);
  return { ...input, carrier: id === "" ? "own" : id, carrierName: name };
}

function serverProblems(error: unknown, t: Translate): Wrong {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    error.issues.map((issue) => [
      issue.path.split(".")[0],
      t("problem.field", { message: t.said(issue.message) }),
    ]),
  );
}

function setupProblem(error: unknown, t: Translate): string {
  if (error instanceof ApiError && error.code === "setup_done") return t("setup.expired");
  if (error instanceof ApiError && error.code === "setup_token") return t("problem.token");
  return problemText(error, t);
}
