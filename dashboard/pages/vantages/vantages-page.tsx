/** Vantages. */
export function VantagesPage() {
  return null;
}
