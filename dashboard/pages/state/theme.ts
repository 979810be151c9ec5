/** The theme the reader chose, kept in the browser, and the one that follows from it. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

export type ThemeChoice = "auto" | "light" | "dark";

/** Also read by `theme.ts`, before the page is drawn. */
const KEY = "carrierwatch.theme";

export type ThemeState = {
  readonly choice: ThemeChoice;
  readonly dark: boolean;
  choose(choice: ThemeChoice): void;
};

/** The theme, put on the root element; "auto" follows the system as it changes. Paper is always light. */
export function useTheme(): ThemeState {
  const [choice, setChoice] = useState<ThemeChoice>(stored);
  const system = useMedia("(prefers-color-scheme: dark)");
  const paper = useMedia("print");
  const dark = !paper && (choice === "dark" || (choice === "auto" && system));
  // Before the next frame: a page is printed without one in between.
  useLayoutEffect(() => {
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

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setMatches(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
