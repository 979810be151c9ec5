/** One's own language, time zone, appearance and password; and the way out. */
import { useState } from "preact/hooks";
import type { SessionView, UserPatch } from "../../../collector/wire/api-account.ts";
import type { Language } from "../../../collector/wire/ids.ts";
import { Choices, Form, TextField } from "../parts/fields.tsx";
import { timeZones } from "../parts/time-zones.ts";
import { useApp, useUser } from "../state/app.ts";
import type { ThemeChoice } from "../state/theme.ts";
import { useAct } from "./use-act.ts";

const THEMES: readonly ThemeChoice[] = ["auto", "light", "dark"];

export function AccountSection() {
  const { t, client, session, setSession } = useApp();
  const logout = () =>
    client.remove("/session").then(
      () => setSession({ ...session, user: null, csrf: null }),
      () => undefined,
    );
  return (
    <div class="stack">
      <Reading />
      <hr />
      <Password />
      <hr />
      <div>
        <button type="button" class="btn" onClick={logout}>
          {t("nav.logout")}
        </button>
      </div>
    </div>
  );
}

function Reading() {
  const { t, client, theme, language, setLanguage, session, setSession, toast } = useApp();
  const me = useUser();
  const act = useAct();
  const [timeZone, setTimeZone] = useState(me.timeZone);
  const change = (patch: UserPatch) =>
    act.run(async () => {
      await client.patch(`/users/${me.id}`, patch);
      setSession({ ...session, ...(await client.get<SessionView>("/session")) });
      toast(t("common.saved"));
    });
  const speak = (next: Language) => {
    setLanguage(next);
    change({ language: next });
  };
  return (
    <Form onSubmit={() => change({ timeZone })} label={t("settings.account")}>
      <p>
        <b>{me.username}</b>
      </p>
      <Choices
        label={t("language.label")}
        name="my-language"
        chosen={[language]}
        options={[
          { value: "zh", label: "中文" },
          { value: "en", label: "English" },
        ]}
        onToggle={speak}
      />
      <Choices
        label={t("theme.label")}
        name="my-theme"
        chosen={[theme.choice]}
        options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onToggle={theme.choose}
      />
      <TextField
        label={t("setup.timeZone")}
        hint={t("setup.timeZoneHint")}
        value={timeZone}
        list={timeZones()}
        wrong={timeZones().includes(timeZone) ? act.issues["timeZone"] : t("problem.timeZone")}
        onValue={setTimeZone}
      />
      {act.error && (
        <p class="problem" role="alert">
          {act.error}
        </p>
      )}
      <div>
        <button
          type="submit"
          class="btn primary"
          disabled={act.busy || !timeZones().includes(timeZone) || timeZone === me.timeZone}
        >
          {t("common.save")}
        </button>
      </div>
    </Form>
  );
}

function Password() {
  const { t, client, toast } = useApp();
  const me = useUser();
  const act = useAct();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const wrongCurrent = act.code === "forbidden" || act.issues["currentPassword"] !== undefined;
  const save = () =>
    act.run(async () => {
      await client.patch(`/users/${me.id}`, { currentPassword: current, password: next });
      setCurrent("");
      setNext("");
      toast(t("common.saved"));
    });
  return (
    <Form onSubmit={save} label={t("settings.account.changePassword")}>
      <div class="fields">
        <TextField
          type="password"
          autocomplete="current-password"
          label={t("settings.account.currentPassword")}
          value={current}
          wrong={wrongCurrent ? t("problem.password.wrong") : undefined}
          onValue={setCurrent}
        />
        <TextField
          type="password"
          autocomplete="new-password"
          label={t("settings.account.newPassword")}
          hint={t("setup.passwordHint")}
          value={next}
          wrong={next !== "" && next.length < 10 ? t("problem.password.short") : undefined}
          onValue={setNext}
        />
      </div>
      {act.error && !wrongCurrent && (
        <p class="problem" role="alert">
          {act.error}
        </p>
      )}
      <div>
        <button type="submit" class="btn" disabled={act.busy || current === "" || next.length < 10}>
          {t("settings.account.changePassword")}
        </button>
      </div>
    </Form>
  );
}
