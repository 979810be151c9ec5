/** An event, a network and an altered answer as sentences in one language. Pure; texts of probes are hostile and stay text. */
import type { ChartEvent, Difference, Event } from "../../collector/wire/event.ts";
import type { NetworkHint } from "../../collector/wire/path-evidence.ts";
import { type Format, NOTHING } from "./format.ts";
import { listOf, type Speaker } from "./incident-text.ts";

export type EventSpeaker = Speaker & {
  /** Name of a vantage. */
  vantage(id: string): string;
};

/** Names in a list before it is cut. */
const MOST_NAMES = 3;

/** What happened, without the time. */
export function eventText(event: ChartEvent | Event, speaker: EventSpeaker): string {
  const { t, f } = speaker;
  switch (event.kind) {
    case "egress":
      return t("event.egress", {
        vantage: speaker.vantage(event.vantage),
        change: egressText(event, speaker),
      });
    case "addresses": {
      const { added, gone } = event;
      const parts = [
        ...(added.length > 0 ? [t("event.addresses.added", { list: namesOf(added, speaker) })] : []),
        ...(gone.length > 0 ? [t("event.addresses.gone", { list: namesOf(gone, speaker) })] : []),
      ];
      return t("event.addresses", { vantage: speaker.vantage(event.vantage), what: listOf(parts, speaker) });
    }
    case "path": {
      const { tool, reached, hops } =
        "evidence" in event ? { ...event.evidence, hops: event.evidence.hops.length } : event;
      const vantage = speaker.vantage(event.vantage);
      if (tool === null) return t("event.path.none", { vantage });
      return reached ? t("event.path.reached", { vantage, n: hops }) : t("event.path.stopped", { vantage });
    }
    case "altered": {
      const said = t("event.altered", {
        carrier: speaker.carrier(event.carrier),
        what: alteredWhat(event.differs, speaker),
      });
      if (event.toS === null) return said;
      return t("event.altered.over", { said, time: f.dayClock(event.toS * 1000) });
    }
  }
}

/** From which address to which. */
export function egressText(event: Extract<Event, { kind: "egress" }>, speaker: Speaker): string {
  const from = addressText(event.from, event.fromHint, speaker);
  return `${from} → ${addressText(event.to, event.toHint, speaker)}`;
}

/** What differs, by name. */
export function alteredWhat(differs: readonly Difference[], speaker: Pick<Speaker, "t">): string {
  return listOf(
    differs.map(({ what }) => speaker.t(`altered.${what}`)),
    speaker,
  );
}

/** One side of a difference: bytes and seconds as people read them, a dash where there is none. */
export function differenceText(what: Difference["what"], text: string, f: Format): string {
  if (text === "") return NOTHING;
  if (what !== "length" && what !== "age") return text;
  const n = Number(text);
  if (!Number.isFinite(n)) return text;
  return what === "length" ? f.bytes(n) : f.duration(n);
}

/** Events that still hold: one that later samples took back is none. */
export function standing<E extends ChartEvent | Event>(events: readonly E[]): E[] {
  return events.filter((event) => event.kind !== "altered" || event.toS === null || event.toS > event.atS);
}

/** Whose network it is, as far as that is known: 电信 AS4134. */
export function networkText(hint: NetworkHint | null | undefined, speaker: Speaker): string {
  const { t } = speaker;
  if (!hint) return t("network.unknown");
  const name = hint.carrier === undefined ? hint.name : speaker.carrier(hint.carrier);
  if (name === undefined)
    return hint.asn === undefined ? t("network.unknown") : t("network.onlyAs", { asn: hint.asn });
  return hint.asn === undefined ? name : t("network.as", { name, asn: hint.asn });
}

/** An address, and in brackets whose it is where that is known. */
function addressText(address: string, hint: NetworkHint | undefined, speaker: Speaker): string {
  return hint ? `${address} (${networkText(hint, speaker)})` : address;
}

function namesOf(names: readonly string[], speaker: Pick<Speaker, "t">): string {
  const list = listOf(names.slice(0, MOST_NAMES), speaker);
  return names.length > MOST_NAMES ? speaker.t("event.names", { list, n: names.length }) : list;
}
