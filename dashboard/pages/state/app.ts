/** What every page is given: who reads, in which language, the API, the live stream, the words. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SessionView, User } from "../../../collector/wire/api-account.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Language } from "../../../collector/wire/ids.ts";
import type { Client } from "../../api/client.ts";
import type { Live } from "../../api/live.ts";
import type { Format } from "../../i18n/format.ts";
import type { Translate } from "../../i18n/translate.ts";
import type { Place, Router } from "./router.ts";
import type { ThemeState } from "./theme.ts";

export type App = {
  readonly client: Client;
  /** null while nobody is logged in. */
  readonly live: Live | null;
  readonly session: SessionView;
  /** Takes over a session the collector answered with. */
  setSession(session: SessionView): void;
  readonly language: Language;
  setLanguage(language: Language): void;
  readonly theme: ThemeState;
  readonly t: Translate;
  readonly f: Format;
  readonly router: Router;
  readonly place: Place;
  /** Says something for a few seconds. */
  toast(text: string): void;
};

export const AppContext = createContext<App | null>(null);

/** What the page is given. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useApp is called outside the app");
  return app;
}

/** Who reads; pages behind the login always have one. */
export function useUser(): User {
  const { user } = useApp().session;
  if (!user) throw new Error("useUser is called without a login");
  return user;
}

/** A carrier's name in the reader's language; the id of one that is gone. */
export function carrierName(carriers: readonly Carrier[], id: string, language: Language): string {
  return carriers.find((carrier) => carrier.id === id)?.name[language] ?? id;
}
