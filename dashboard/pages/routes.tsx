/** Path to page. */
import { TargetFormPage } from "./form/target-form-page.tsx";
import { IncidentsPage } from "./incidents/incidents-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";
import { Link } from "./parts/link.tsx";
import { SettingsPage } from "./settings/settings-page.tsx";
import { useApp } from "./state/app.ts";
import { useTitle } from "./state/title.ts";
import { TargetPage } from "./target/target-page.tsx";
import { VantagesPage } from "./vantages/vantages-page.tsx";

/** An address that no page has. */
function NotFound() {
  const { t } = useApp();
  useTitle(t("nav.notFound"));
  return (
    <div class="panel empty">
      <h1>{t("nav.notFound")}</h1>
      <p>{t("nav.notFoundText")}</p>
      <Link to="/" class="btn">
        {t("nav.toOverview")}
      </Link>
    </div>
  );
}

export function Routes() {
  const { place } = useApp();
  const parts = place.path.split("/").filter(Boolean);
  const [first, second, third] = parts;
  if (first === "targets" && second === "new") return <TargetFormPage key="new" id={null} />;
  if (first === "targets" && second && third === "edit") return <TargetFormPage key={second} id={second} />;
  if (first === "targets" && second) return <TargetPage key={second} id={second} />;
  if (first === "incidents") return <IncidentsPage />;
  if (first === "vantages") return <VantagesPage />;
  if (first === "settings") return <SettingsPage section={second ?? "mail"} />;
  if (first === undefined) return <OverviewPage />;
  return <NotFound />;
}
