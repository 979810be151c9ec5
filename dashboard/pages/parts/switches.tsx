/** Language and theme: two small switches. */

import { useApp } from "../state/app.ts";
import type { ThemeChoice } from "../state/theme.ts";

export function LanguagePick() {
  const { language, setLanguage, t } = useApp();
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons in a line of text, not a form.
    <span class="pick" role="group" aria-label={t("language.label")}>
      <button type="button" lang="zh-CN" aria-pressed={language === "zh"} onClick={() => setLanguage("zh")}>
        中文
      </button>
      <button type="button" lang="en" aria-pressed={language === "en"} onClick={() => setLanguage("en")}>
        EN
      </button>
    </span>
  );
}

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { auto: "light", light: "dark", dark: "auto" };

/** Auto, light, dark, auto ... */
export function ThemePick() {
  const { theme, t } = useApp();
  const label = t("common.says", { name: t("theme.label"), text: t(`theme.${theme.choice}`) });
  return (
    <button
      type="button"
      class="icon-btn"
      aria-label={label}
      title={label}
      onClick={() => theme.choose(NEXT[theme.choice])}
    >
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
      >
        {theme.choice === "auto" && (
          <>
            <circle cx="8" cy="8" r="6" />
            <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" stroke="none" />
          </>
        )}
        {theme.choice === "light" && (
          <>
            <circle cx="8" cy="8" r="3" />
            <path
              stroke-linecap="round"
              d="M8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
            />
          </>
        )}
        {theme.choice === "dark" && (
          <path stroke-linejoin="round" d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z" />
        )}
      </svg>
    </button>
  );
}
