/** Around every page: navigation, search, live indicator, language and theme, and what must be said on all pages. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Overview } from "../../../collector/wire/api-overview.ts";
import { overviewShown } from "../../charts/overview-shown.ts";
import { useApp } from "../state/app.ts";
import { OverviewContext } from "../state/overview.ts";
import { useLive, useResource, useThrottled } from "../state/resource.ts";
import { Link } from "./link.tsx";
import { Search } from "./search.tsx";
import { LanguagePick, ThemePick } from "./switches.tsx";

/** What the frame itself needs is not urgent: once in this many ms at most. */
const EVERY_MS = 5000;
/** From so many targets on, the overview has room for the search on a narrow window too. */
const MANY = 9;

const PAGES = [
  { path: "/", first: "", key: "nav.overview" },
  { path: "/incidents", first: "incidents", key: "nav.incidents" },
  { path: "/vantages", first: "vantages", key: "nav.vantages" },
  { path: "/settings", first: "settings", key: "nav.settings" },
] as const;

export function Frame({ children }: { children: ComponentChildren }) {
  const { t, client, place, session } = useApp();
  const overview = useResource("/overview", async (signal) =>
    overviewShown(await client.get<Overview>("/overview", signal)),
  );
  const reload = useThrottled(overview.reload, EVERY_MS);
  useLive((news) => {
    if (news.type !== "progress" && news.type !== "sample") reload();
  });
  useFocusOnMove(place.path);
  const open = overview.data?.openIncidents.length ?? 0;
  const rows = overview.data?.rows ?? [];
  const first = place.path.split("/")[1] ?? "";
  const links = PAGES.map((page) => (
    <Link
      key={page.path}
      to={page.path}
      current={page.first === first || (page.first === "" && first === "targets")}
    >
      {t(page.key)}
      {page.first === "incidents" && open > 0 && <b>{open}</b>}
    </Link>
  ));
  return (
    <>
      <a class="skip" href="#main">
        {t("nav.skip")}
      </a>
      <header class={`bar ${place.path === "/" && rows.length >= MANY ? "find" : ""}`}>
        <Link to="/" class="brand">
          <i aria-hidden="true" />
          carrierwatch
        </Link>
        <nav class="nav" aria-label={t("nav.menu")}>
          {links}
        </nav>
        <div class="tools">
          <LiveMark />
          <Search rows={rows} />
          <LanguagePick />
          <ThemePick />
          <Link to="/targets/new" class="btn primary">
            {t("nav.add")}
          </Link>
        </div>
      </header>
      {session.demo && <div class="notice demo">{t("demo.banner")}</div>}
      {overview.data?.untold && (
        <div class="notice" role="status">
          <span>{t(`untold.${overview.data.untold}`)}</span>
          <Link to={overview.data.untold === "no-recipient" ? "/settings/recipients" : "/settings/mail"}>
            {t("untold.fix")}
          </Link>
        </div>
      )}
      <main id="main" tabIndex={-1}>
        <OverviewContext.Provider value={overview}>{children}</OverviewContext.Provider>
      </main>
      <nav class="tabs" aria-label={t("nav.menu")}>
        {links}
      </nav>
    </>
  );
}

/** After a move to another page, keyboard and screen reader begin at its top; a field that took the focus keeps it. */
function useFocusOnMove(path: string): void {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    if (document.activeElement instanceof HTMLInputElement) return;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}

/** Whether what is shown follows what happens. */
function LiveMark() {
  const { live, t } = useApp();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!live) return;
    // A first connection takes a moment: only say it is lost when it stays so.
    const timer = setTimeout(() => setConnected(live.connected()), 1500);
    const end = live.onConnection(setConnected);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [live]);
  return (
    <span class={connected ? "live on" : "live off"} role="status">
      {t(connected ? "live.on" : "live.off")}
    </span>
  );
}
