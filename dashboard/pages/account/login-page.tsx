/** Log in. */
import { useState } from "preact/hooks";
import type { SessionView } from "../../../collector/wire/api-account.ts";
import { ApiError } from "../../api/client.ts";
import type { Format } from "../../i18n/format.ts";
import type { Translate } from "../../i18n/translate.ts";
import { Form, TextField } from "../parts/fields.tsx";
import { problemText } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { CardPage } from "./card-page.tsx";

export function LoginPage() {
  const { t, f, client, setSession } = useApp();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = () => {
    setBusy(true);
    client.post<SessionView>("/session", { username, password }).then(setSession, (failed: unknown) => {
      setError(failed);
      setBusy(false);
    });
  };
  return (
    <CardPage title={t("login.title")}>
      <Form onSubmit={submit} label={t("login.title")}>
        <TextField
          label={t("login.username")}
          name="username"
          autocomplete="username"
          autofocus
          value={username}
          onValue={setUsername}
        />
        <TextField
          label={t("login.password")}
          name="password"
          type="password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
        />
        {error !== null && (
          <p class="problem" role="alert">
            {loginProblem(error, t, f)}
          </p>
        )}
        <button type="submit" class="btn primary wide" disabled={busy || username === "" || password === ""}>
          {t("login.submit")}
        </button>
        <p class="small">
          {t("login.forgot")} <span class="mono">carrierwatch user reset-password</span>
        </p>
      </Form>
    </CardPage>
  );
}

function loginProblem(error: unknown, t: Translate, f: Format): string {
  if (error instanceof ApiError && error.status === 401) return t("login.wrong");
  if (error instanceof ApiError && error.status === 429) return tooMany(error.retryAfterS, t, f);
  return problemText(error, t);
}

function tooMany(waitS: number | null, t: Translate, f: Format): string {
  return waitS === null ? t("login.tooMany") : t("login.tooManyFor", { duration: f.duration(waitS) });
}
