/** Add or edit a target. */
export function TargetFormPage(_: { id: string | null }) {
  return null;
}
