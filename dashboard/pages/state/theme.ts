/** The theme the reader chose, kept in the browser, and the one that follows from it. */
import { useEffect, useState } from "preact/hooks";

export type ThemeChoice = "auto" | "light" | "dark";

/** Also read by `theme.ts`, before the page is drawn. */
const KEY = "carrierwatch.theme";

export type ThemeState = {
  readonly choice: ThemeChoice;
  readonly dark: boolean;
  choose(choice: ThemeChoice): void;
};

/** The theme, put on the root element; "auto" follows the system as it changes. */
export function useTheme(): ThemeState {
  const [choice, setChoice] = useState<ThemeChoice>(stored);
  const [system, setSystem] = useState(() => query().matches);
  useEffect(() => {
    const list = query();
    const changed = () => setSystem(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, []);
  const dark = choice === "dark" || (choice === "auto" && system);
  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  return {
    choice,
    dark,
    choose(next) {
      store(KEY, next);
      setChoice(next);
    },
  };
}

/** Keeps a small choice in the browser; silently not where storage is forbidden. */
export function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A private window may forbid it: the choice then lasts as long as the page.
  }
}

/** A choice kept by `store`, or null. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function stored(): ThemeChoice {
  const kept = recall(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

function query(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}
