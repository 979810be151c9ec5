/** Settings: one section at a time. */
import { Link } from "../parts/link.tsx";
import { useApp } from "../state/app.ts";
import { useTitle } from "../state/title.ts";
import { AccountSection } from "./account-section.tsx";
import { CarriersSection } from "./carriers-section.tsx";
import { MailSection } from "./mail-section.tsx";
import { RecipientsSection } from "./recipients-section.tsx";
import { SecretsSection } from "./secrets-section.tsx";
import { StorageSection } from "./storage-section.tsx";
import { TokensSection } from "./tokens-section.tsx";
import { UsersSection } from "./users-section.tsx";

const SECTIONS = {
  mail: MailSection,
  recipients: RecipientsSection,
  carriers: CarriersSection,
  users: UsersSection,
  tokens: TokensSection,
  secrets: SecretsSection,
  storage: StorageSection,
  account: AccountSection,
} as const;

type Name = keyof typeof SECTIONS;

export function SettingsPage({ section }: { section: string }) {
  const { t } = useApp();
  const names = Object.keys(SECTIONS).filter((name): name is Name => name in SECTIONS);
  const current = names.find((name) => name === section) ?? "mail";
  const Section = SECTIONS[current];
  useTitle(t(`settings.${current}`));
  return (
    <>
      <h1 class="sr">{t("settings.title")}</h1>
      <div class="settings">
        <nav aria-label={t("settings.title")}>
          {names.map((name) => (
            <Link key={name} to={`/settings/${name}`} current={name === current}>
              {t(`settings.${name}`)}
            </Link>
          ))}
        </nav>
        <section class="panel pad">
          <header>
            <h2>{t(`settings.${current}`)}</h2>
            <p class="sub">{t(`settings.${current}.sub`)}</p>
          </header>
          <Section />
        </section>
      </div>
    </>
  );
}
