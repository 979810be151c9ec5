/**
 * Runs before the page is drawn: puts the chosen theme on the root element, so that a dark page never flashes white.
 * A classic script without imports; `state/theme.ts` writes what it reads.
 */
(() => {
  let choice: string | null = null;
  try {
    choice = localStorage.getItem("carrierwatch.theme");
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
})();
