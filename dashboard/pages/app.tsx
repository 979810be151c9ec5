/** The app: session, language, theme and live stream around the page the path names. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { SessionView } from "../../collector/wire/api-account.ts";
import type { Language } from "../../collector/wire/ids.ts";
import { ApiError, apiClient } from "../api/client.ts";
import { type Live, openLive } from "../api/live.ts";
import { formatFor } from "../i18n/format.ts";
import { translate } from "../i18n/translate.ts";
import { LoginPage } from "./account/login-page.tsx";
import { SetupPage } from "./account/setup-page.tsx";
import { Frame } from "./parts/frame.tsx";
import { Routes } from "./routes.tsx";
import { type App, AppContext } from "./state/app.ts";
import { routerAt, usePlace } from "./state/router.ts";
import { recall, store, useTheme } from "./state/theme.ts";

const LANGUAGE_KEY = "carrierwatch.language";
const TOAST_MS = 3000;

export function AppRoot({ base }: { base: string }) {
  const [session, setSessionState] = useState<SessionView | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [language, setLanguageState] = useState<Language>(firstLanguage);
  const [toastText, setToastText] = useState<string | null>(null);
  const theme = useTheme();
  const place = usePlace(base);
  const router = useMemo(() => routerAt(base), [base]);
  const client = useMemo(
    () => apiClient(`${base}/api/v1`, () => setSessionState((old) => (old ? { ...old, user: null } : old))),
    [base],
  );
  const setSession = useCallback(
    (next: SessionView) => {
      client.useCsrf(next.csrf);
      setSessionState(next);
      if (next.user && recall(LANGUAGE_KEY) === null) setLanguageState(next.user.language);
    },
    [client],
  );
  useEffect(() => loadSession(), []);
  function loadSession() {
    setFailed(null);
    client.get<SessionView>("/session").then(setSession, (error: unknown) => {
      setFailed(error instanceof ApiError ? error.code : String(error));
    });
  }
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  useEffect(() => {
    if (toastText === null) return;
    const timer = setTimeout(() => setToastText(null), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toastText]);
  const live = useLiveStream(session?.user ? `${base}/api/v1/events` : null);
  const t = useMemo(() => translate(language), [language]);
  const zone = session?.user?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const f = useMemo(() => formatFor(language, zone), [language, zone]);
  if (!session)
    return failed ? (
      <Unreachable text={t("problem.offline")} again={t("common.retry")} retry={loadSession} />
    ) : null;
  const app: App = {
    client,
    live,
    session,
    setSession,
    language,
    setLanguage(next) {
      store(LANGUAGE_KEY, next);
      setLanguageState(next);
    },
    theme,
    t,
    f,
    router,
    place,
    toast: setToastText,
  };
  return (
    <AppContext.Provider value={app}>
      <Page session={session} />
      <div aria-live="polite">{toastText && <div class="toast">{toastText}</div>}</div>
    </AppContext.Provider>
  );
}

function Page({ session }: { session: SessionView }) {
  if (session.setupNeeded) return <SetupPage />;
  if (!session.user) return <LoginPage />;
  return (
    <Frame>
      <Routes />
    </Frame>
  );
}

function Unreachable({ text, again, retry }: { text: string; again: string; retry: () => void }) {
  return (
    <main>
      <div class="problem" role="alert">
        {text}{" "}
        <button type="button" class="link" onClick={retry}>
          {again}
        </button>
      </div>
    </main>
  );
}

/** The stream, open exactly while somebody is logged in. */
function useLiveStream(url: string | null): Live | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    if (!url) return;
    const opened = openLive(url);
    setLive(opened);
    return () => {
      opened.close();
      setLive(null);
    };
  }, [url]);
  return live;
}

function firstLanguage(): Language {
  const kept = recall(LANGUAGE_KEY);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
