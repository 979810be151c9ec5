/** The title of the browser's tab: what is shown, then the product. */
import { useEffect } from "preact/hooks";

export function useTitle(text: string | null): void {
  useEffect(() => {
    document.title = text ? `${text} · carrierwatch` : "carrierwatch";
  }, [text]);
}
