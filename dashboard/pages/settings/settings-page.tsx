/** Settings. */
export function SettingsPage(_: { section: string }) {
  return null;
}
