/**
 * The daily digest, written when it is sent: the record as it stands then -> a mail, or nothing when all of it was told
 * or taken back meanwhile.
 */
import { incidentText } from "../../dashboard/i18n/incident-text.ts";
import { translate } from "../../dashboard/i18n/translate.ts";
import { incidentView } from "../query/incidents.ts";
import type { Store } from "../store/store.ts";
import type { Recipient } from "../wire/api-settings.ts";
import { Carrier } from "../wire/carrier.ts";
import type { Incident } from "../wire/incident.ts";
import { type AfterwardsPayload, foundMs, isUntold } from "./afterwards.ts";
import { type Mail, type Reader, written } from "./mail.ts";
import { type Speaker, speakerFor } from "./speaker.ts";

/** A sample is taken for 15 days, a digest tried for one. */
const REACH_S = 17 * 86_400;
const LIMIT = 20_000;
/** Rows of one mail; the page has the rest. */
const ROWS = 100;

/** @returns null = there is nothing left to say. */
export async function afterwardsMail(
  store: Pick<Store, "incidents" | "registry">,
  payload: AfterwardsPayload,
  recipient: Recipient,
  publicUrl: string,
): Promise<Mail | null> {
  const fromS = Math.floor(payload.fromMs / 1000) - REACH_S;
  const recorded = await store.incidents.list({ fromS, limit: LIMIT });
  const found = recorded.filter(
    (one) => isUntold(one) && foundMs(one) > payload.fromMs && foundMs(one) <= payload.toMs,
  );
  const own = await tellable(store, found, recipient.id);
  if (own.length === 0) return null;
  const carriers = (await store.registry.list("carrier")).flatMap(
    ({ value }) => Carrier.safeParse(value).data ?? [],
  );
  return mailOfFound(own, carriers, recipient, publicUrl);
}

/** Those whose target tells the recipient; of a removed target whoever was due to hear. */
async function tellable(
  store: Pick<Store, "registry">,
  incidents: readonly Incident[],
  recipient: string,
): Promise<Incident[]> {
  const targets = new Map((await store.registry.list("target")).map((doc) => [doc.id, doc.value]));
  return incidents.filter((incident) => {
    const target = targets.get(incident.target);
    const chosen =
      typeof target === "object" && target !== null && "recipients" in target ? target.recipients : null;
    return !Array.isArray(chosen) || chosen.includes(recipient);
  });
}

/** Oldest first: from when to when, what, and how long after its beginning it came into the record. */
export function mailOfFound(
  incidents: readonly Incident[],
  carriers: readonly Carrier[],
  reader: Reader,
  publicUrl: string,
): Mail {
  const speaker = speakerFor(reader);
  const { say, f } = speaker;
  const nameOf = (id: string) => carriers.find((one) => one.id === id)?.name[reader.language] ?? id;
  const sentence = (incident: Incident) =>
    incidentText(incidentView(incident, { targets: [], vantages: [] }), {
      t: translate(reader.language),
      f,
      carrier: nameOf,
    });
  const ordered = [...incidents].sort((a, b) => a.fromS - b.fromS);
  const names = [...new Set(ordered.map((incident) => incident.name ?? incident.target))];
  const more = ordered.length - ROWS;
  return written({
    language: reader.language,
    tag: say("tag.digest"),
    tone: "warn",
    title: say("subject.afterwards", {
      n: ordered.length,
      names: speaker.list(names.slice(0, 3)) + (names.length > 3 ? " …" : ""),
    }),
    paragraphs: [
      say("lead.afterwards", { n: ordered.length }),
      ...(more > 0 ? [say("lead.more", { n: more })] : []),
    ],
    table: {
      head: [say("col.span"), say("col.what"), say("col.late")],
      rows: ordered.slice(0, ROWS).map((incident) => ({
        cells: [
          spanOf(incident, speaker),
          `[${say(`tag.${incident.class}`)}] ${incident.name ?? incident.target}: ${sentence(incident)}`,
          say("note.late", { delay: f.duration(Math.max(0, foundMs(incident) / 1000 - incident.fromS)) }),
        ],
        bad: true,
      })),
    },
    url: null,
    link: { label: say("link.incidents"), href: `${publicUrl}/incidents` },
    foot: [say("foot.zone", { zone: f.timeZone }), say("foot.sent")],
  });
}

function spanOf({ fromS, toS }: Incident, { say, at, f }: Speaker): string {
  if (toS === null) return say("span.open", { since: at(fromS * 1000) });
  const duration = f.duration(toS - fromS);
  return say("span.over", { since: at(fromS * 1000), until: at(toS * 1000), duration });
}
