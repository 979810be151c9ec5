/** Whose data the names of networks are: their licence asks for this link on every page that shows one. */
import { useApp } from "../state/app.ts";

/** The link; its words are the licence's own, the same in every language. @see collector/networks/NOTICE.md */
export function NetworkSource() {
  const { t } = useApp();
  return (
    <p class="small network-source">
      {t("network.source")}{" "}
      <a href="https://db-ip.com/" target="_blank" rel="noopener noreferrer">
        IP Geolocation by DB-IP
      </a>{" "}
      (CC BY 4.0)
    </p>
  );
}
