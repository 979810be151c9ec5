/** A stored sample as pages see it. */
import type { StoredSample } from "../store/store.ts";
import type { SampleView } from "../wire/api-overview.ts";

/** @param carrier Of the sample's vantage, as the registry has it now. */
export function sampleView(stored: StoredSample, carrier: string): SampleView {
  const { vantage, receivedMs, live, sample } = stored;
  return { vantage, carrier, receivedMs, live, sample };
}
