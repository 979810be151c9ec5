/** An incident's sentence is about the carriers that are believed bad, not about one that failed once at that tick. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Belief, CarrierEvidence, IncidentView } from "../../../collector/wire/incident.ts";
import { formatFor } from "../../../dashboard/i18n/format.ts";
import { incidentText } from "../../../dashboard/i18n/incident-text.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";

const slow: CarrierEvidence = {
  ...{ carrier: "cnc", state: "up", totalUs: 966_000, reporting: 1, down: 0 },
  beyond: { metric: "total", value: 966, limit: 500 },
};
const failed: CarrierEvidence = {
  ...{ carrier: "cmcc", state: "down", totalUs: null, reporting: 1, down: 1 },
  failure: { phase: "wait", cause: "reset-before-answer", source: "target" },
};

function textOf(belief: Belief): string {
  const incident: IncidentView = {
    ...{ id: "one", target: "pay", subject: "target", class: "degraded", fromS: 0, toS: null, name: "pay" },
    carriers: ["cnc", "cmcc"],
    transitions: [
      {
        kind: "opened",
        class: "degraded",
        tick: 60,
        atMs: 61_000,
        told: true,
        evidence: [slow, failed],
        belief,
      },
    ],
  };
  const f = formatFor("en", "UTC");
  return incidentText(incident, { t: translate("en"), f, carrier: (id) => id });
}

test("a carrier that failed once does not take over the sentence of one that is slow", () => {
  const text = textOf({ down: false, most: false, failing: [], bad: ["cnc"] });
  assert.match(text, /cnc slow/);
  assert.doesNotMatch(text, /reset/);
});

test("a carrier that is believed to fail does", () => {
  assert.match(
    textOf({ down: false, most: false, failing: ["cmcc"], bad: ["cmcc", "cnc"] }),
    /cmcc failing/i,
  );
});
