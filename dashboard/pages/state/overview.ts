/** The overview, loaded once for the frame (search, open incidents) and the overview page together. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { OverviewShown } from "../../charts/overview-shown.ts";
import type { Resource } from "./resource.ts";

export const OverviewContext = createContext<Resource<OverviewShown> | null>(null);

export function useOverview(): Resource<OverviewShown> {
  const overview = useContext(OverviewContext);
  if (!overview) throw new Error("useOverview is called outside the frame");
  return overview;
}
