/**
 * The daily digest, written when it is sent: the record as it stands then -> a mail, or nothing when all of it was told
 * or taken back meanwhile.
 */
import { incidentText } from "../../dashboard/i18n/incident-text.ts";
import { translate } from "../../dashboard/i18n/translate.ts";
import { incidentView } from "../query/incidents.ts";
import { EVENTS_KEPT, type Store } from "../store/store.ts";
import type { Recipient } from "../wire/api-settings.ts";
import { Carrier } from "../wire/carrier.ts";
import { type AlteredEvent, isWithdrawnEvent } from "../wire/event.ts";
import type { Incident } from "../wire/incident.ts";
import { type AfterwardsPayload, foundMs, isUntold } from "./afterwards.ts";
import { type Mail, type Reader, written } from "./mail.ts";
import { alteredText } from "./mail-altered.ts";
import { type Speaker, speakerFor } from "./speaker.ts";

/** A sample is taken for 15 days, a digest tried for one. */
const REACH_S = 17 * 86_400;
const LIMIT = 20_000;
/** Rows of one mail; the page has the rest. */
const ROWS = 100;

/** What a digest tells of; `names` of targets by id. */
export type Found = {
  readonly incidents: readonly Incident[];
  readonly altered: readonly AlteredEvent[];
  readonly names: ReadonlyMap<string, string>;
};

/** @returns null = there is nothing left to say. */
export async function afterwardsMail(
  store: Pick<Store, "incidents" | "events" | "registry">,
  { fromMs, toMs }: AfterwardsPayload,
  recipient: Recipient,
  publicUrl: string,
): Promise<Mail | null> {
  const fromS = Math.floor(fromMs / 1000) - REACH_S;
  const [recorded, events, targets] = await Promise.all([
    store.incidents.list({ fromS, limit: LIMIT }),
    store.events.list({ kinds: ["altered"], fromS, limit: EVENTS_KEPT.altered }),
    store.registry.list("target"),
  ]);
  const isDue = (ms: number) => ms > fromMs && ms <= toMs;
  const incidents = recorded.filter((one) => isUntold(one) && isDue(foundMs(one)));
  const altered = events
    .filter((event) => event.kind === "altered")
    .filter((event) => !isWithdrawnEvent(event) && isDue((event.foundS ?? event.atS) * 1000))
    .filter((event) => !recorded.some((incident) => wasSaid(incident, event)));
  const byId = new Map(targets.map((doc) => [doc.id, doc.value]));
  const found = {
    incidents: tellable(incidents, byId, recipient.id),
    altered: tellable(altered, byId, recipient.id),
    names: namesOf(byId),
  };
  if (found.incidents.length + found.altered.length === 0) return null;
  const carriers = (await store.registry.list("carrier")).flatMap(
    ({ value }) => Carrier.safeParse(value).data ?? [],
  );
  return mailOfFound(found, carriers, recipient, publicUrl);
}

/** Whether a mail about an incident named it. */
function wasSaid({ target, transitions }: Incident, event: AlteredEvent): boolean {
  if (target !== event.target) return false;
  return transitions.some(
    ({ told, evidence, tick }) =>
      told &&
      tick >= event.atS &&
      (event.toS === null || tick < event.toS) &&
      evidence.some((entry) => entry.carrier === event.carrier && entry.altered),
  );
}

/** Those whose target tells the recipient; of a removed target whoever was due to hear. */
function tellable<T extends { readonly target: string }>(
  found: readonly T[],
  targets: ReadonlyMap<string, unknown>,
  recipient: string,
): T[] {
  return found.filter((one) => {
    const target = targets.get(one.target);
    const chosen =
      typeof target === "object" && target !== null && "recipients" in target ? target.recipients : null;
    return !Array.isArray(chosen) || chosen.includes(recipient);
  });
}

function namesOf(targets: ReadonlyMap<string, unknown>): Map<string, string> {
  return new Map(
    [...targets].map(([id, value]) => {
      const name = typeof value === "object" && value !== null && "name" in value ? value.name : null;
      return [id, typeof name === "string" ? name : id];
    }),
  );
}

type Row = {
  readonly fromS: number;
  readonly toS: number | null;
  readonly foundMs: number;
  readonly name: string;
  readonly tag: string;
  readonly text: string;
};

/** Oldest first: from when to when, what, and how long after its beginning it came into the record. */
export function mailOfFound(
  found: Found,
  carriers: readonly Carrier[],
  reader: Reader,
  publicUrl: string,
): Mail {
  const speaker = speakerFor(reader);
  const { say, f } = speaker;
  const rows = rowsOf(found, carriers, speaker).sort((a, b) => a.fromS - b.fromS);
  const names = [...new Set(rows.map((row) => row.name))];
  const more = rows.length - ROWS;
  const altered = found.altered.length;
  return written({
    language: reader.language,
    tag: say("tag.digest"),
    tone: "warn",
    title: say("subject.afterwards", {
      n: rows.length,
      names: speaker.list(names.slice(0, 3)) + (names.length > 3 ? " …" : ""),
    }),
    paragraphs: [
      ...(found.incidents.length > 0 ? [say("lead.afterwards", { n: found.incidents.length })] : []),
      ...(altered > 0 ? [say("lead.altered", { n: altered })] : []),
      ...(more > 0 ? [say("lead.more", { n: more })] : []),
    ],
    table: {
      head: [say("col.span"), say("col.what"), say("col.late")],
      rows: rows.slice(0, ROWS).map((row) => ({
        cells: [
          spanOf(row, speaker),
          `[${row.tag}] ${row.name}: ${row.text}`,
          say("note.late", { delay: f.duration(Math.max(0, row.foundMs / 1000 - row.fromS)) }),
        ],
        bad: true,
      })),
    },
    url: null,
    link: { label: say("link.incidents"), href: `${publicUrl}/incidents` },
    foot: [say("foot.zone", { zone: f.timeZone }), say("foot.sent")],
  });
}

function rowsOf({ incidents, altered, names }: Found, carriers: readonly Carrier[], speaker: Speaker): Row[] {
  const { language, say, f } = speaker;
  const carrier = (id: string) => carriers.find((one) => one.id === id)?.name[language] ?? id;
  const words = { t: translate(language), f, carrier };
  return [
    ...incidents.map((incident) => ({
      fromS: incident.fromS,
      toS: incident.toS,
      foundMs: foundMs(incident),
      name: incident.name ?? incident.target,
      tag: say(`tag.${incident.class}`),
      text: incidentText(incidentView(incident, { targets: [], vantages: [] }), words),
    })),
    ...altered.map((event) => ({
      fromS: event.atS,
      toS: event.toS,
      foundMs: (event.foundS ?? event.atS) * 1000,
      name: names.get(event.target) ?? event.target,
      tag: say("tag.altered"),
      text: alteredText(event.differs, carrier(event.carrier), speaker),
    })),
  ];
}

function spanOf({ fromS, toS }: Pick<Row, "fromS" | "toS">, { say, at, f }: Speaker): string {
  if (toS === null) return say("span.open", { since: at(fromS * 1000) });
  const duration = f.duration(toS - fromS);
  return say("span.over", { since: at(fromS * 1000), until: at(toS * 1000), duration });
}
