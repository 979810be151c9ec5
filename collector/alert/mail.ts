/**
 * A message's payload -> a mail in the reader's language and time zone: subject, text and HTML.
 *
 * Pure. Says what, where from, in which phase and why, since when and by whose fault; a recovery says how long. Every
 * name is hostile text: it is made one plain line, and escaped in the HTML part. Next stop: the notifier.
 */
import type { Language } from "../wire/ids.ts";
import { BRAKE, HOLD_S } from "./brake.ts";
import { alterations } from "./mail-altered.ts";
import { carrierTable, causesOf, whereOf } from "./mail-carriers.ts";
import { type Letter, renderHtml, renderText } from "./mail-render.ts";
import { leadOf, subjectOf, tagOf } from "./mail-sentences.ts";
import type { MailPayload } from "./message.ts";
import { plain } from "./plain.ts";
import { speakerFor } from "./speaker.ts";

export type Reader = { readonly language: Language; readonly timeZone: string };
export type Mail = { readonly subject: string; readonly text: string; readonly html: string };

/** @param publicUrl Without a slash at the end. */
export function mailOf(payload: MailPayload, reader: Reader, publicUrl: string): Mail {
  const speaker = speakerFor(reader);
  const paragraphs = [
    ...leadOf(payload, speaker),
    whereOf(payload, speaker),
    ...causesOf(payload, speaker),
    ...alterations(payload, speaker),
  ];
  if (payload.often === true) paragraphs.push(speaker.say("lead.often", { n: BRAKE, minutes: HOLD_S / 60 }));
  const path = payload.subject === "vantage" ? "/vantages" : `/targets/${encodeURIComponent(payload.id)}`;
  return written({
    language: reader.language,
    tag: tagOf(payload, speaker),
    tone: payload.event === "ended" || payload.event === "brief" ? "good" : toneOf(payload),
    title: subjectOf(payload, speaker),
    paragraphs: paragraphs.filter((text) => text !== ""),
    table: payload.carriers.length > 1 ? carrierTable(payload, speaker) : null,
    url: payload.url,
    link: {
      label: speaker.say(payload.subject === "vantage" ? "link.vantages" : "link.target"),
      href: `${publicUrl}${path}`,
    },
    foot: [speaker.say("foot.zone", { zone: speaker.f.timeZone }), speaker.say("foot.sent")],
  });
}

/** Many notices in one mail, oldest first. */
export function digestOf(payloads: readonly MailPayload[], reader: Reader, publicUrl: string): Mail {
  const speaker = speakerFor(reader);
  const ordered = [...payloads].sort((a, b) => a.tick - b.tick);
  const names = [...new Set(ordered.map((payload) => payload.name))];
  return written({
    language: reader.language,
    tag: speaker.say("tag.digest"),
    tone: "bad",
    title: speaker.say("subject.digest", {
      n: payloads.length,
      names: speaker.list(names.slice(0, 3)) + (names.length > 3 ? " …" : ""),
    }),
    paragraphs: [speaker.say("lead.digest", { n: payloads.length })],
    table: {
      head: [speaker.say("col.time"), speaker.say("col.what")],
      rows: ordered.map((payload) => ({
        cells: [
          speaker.at(payload.tick * 1000),
          `[${tagOf(payload, speaker)}] ${subjectOf(payload, speaker)}`,
        ],
        bad: payload.event !== "ended" && payload.event !== "brief",
      })),
    },
    url: null,
    link: { label: speaker.say("link.overview"), href: `${publicUrl}/` },
    foot: [speaker.say("foot.zone", { zone: speaker.f.timeZone }), speaker.say("foot.sent")],
  });
}

/** What the test button sends. */
export function testMail(reader: Reader, publicUrl: string): Mail {
  const speaker = speakerFor(reader);
  return written({
    language: reader.language,
    tag: speaker.say("tag.test"),
    tone: "good",
    title: speaker.say("subject.test"),
    paragraphs: [speaker.say("lead.test")],
    table: null,
    url: null,
    link: { label: speaker.say("link.overview"), href: `${publicUrl}/` },
    foot: [speaker.say("foot.sent")],
  });
}

/** A letter as a mail, its subject in front. */
export function written(letter: Letter): Mail {
  return {
    subject: plain(`[carrierwatch][${letter.tag}] ${letter.title}`, 160),
    text: renderText(letter),
    html: renderHtml(letter),
  };
}

function toneOf(payload: MailPayload): Letter["tone"] {
  return payload.class === "down" ? "bad" : "warn";
}
