/**
 * All that is known of one measurement, in groups, as names and values in one language.
 *
 * Pure; what is absent in the sample is absent here. Texts of the answer are hostile: whoever draws them draws text.
 */
import type { Certificate, Detail } from "../../collector/wire/sample.ts";
import type { Format } from "./format.ts";
import { listOf } from "./incident-text.ts";
import type { Translate } from "./translate.ts";

export type Fact = {
  readonly name: string;
  readonly value: string;
  /** Something is wrong with it. */
  readonly bad?: boolean;
};

export type FactGroup = { readonly title: string; readonly facts: readonly Fact[] };

type Words = { readonly t: Translate; readonly f: Format };

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is marked. */
const SOON_DAYS = 14;
/** Bytes of a fingerprint that are shown: enough to tell two apart. */
const FINGERPRINT_SHOWN = 23;

/**
 * The groups that have something to say.
 *
 * @param atMs When it was measured, UTC ms: days left are counted from then.
 */
export function factGroups(detail: Detail, atMs: number, { t, f }: Words): FactGroup[] {
  const words = { t, f };
  return [
    { title: t("detail.answer"), facts: answerFacts(detail, words) },
    { title: t("detail.connection"), facts: connectionFacts(detail, words) },
    { title: t("detail.name"), facts: nameFacts(detail, words) },
    {
      title: t("detail.certificate"),
      facts: detail.certificate
        ? certificateFacts(detail.certificate, detail.unverified === true, atMs, words)
        : [],
    },
    { title: t("detail.measurement"), facts: measurementFacts(detail, words) },
  ].filter((group) => group.facts.length > 0);
}

function fact(name: string, value: string | number | undefined | null, bad = false): Fact[] {
  if (value === undefined || value === null || value === "") return [];
  return [bad ? { name, value: String(value), bad } : { name, value: String(value) }];
}

function answerFacts(detail: Detail, { t, f }: Words): Fact[] {
  const { head, redirects, ping, records } = detail;
  const bytes = (n: number | undefined) => (n === undefined ? undefined : f.bytes(n));
  return [
    ...fact(t("detail.records"), records && records.length > 0 ? records.join("\n") : undefined),
    ...(ping
      ? fact(
          t("detail.ping"),
          [
            t("detail.ping.text", {
              sent: ping.sent,
              received: ping.received,
              loss: f.share(1 - ping.received / ping.sent),
            }),
            ...(ping.minUs === null || ping.maxUs === null
              ? []
              : [t("detail.ping.range", { min: f.ms(ping.minUs / 1000), max: f.ms(ping.maxUs / 1000) })]),
          ].join("\n"),
          ping.received < ping.sent,
        )
      : []),
    ...fact(t("target.col.status"), detail.status),
    ...fact(t("target.detail.redirects"), redirects || undefined),
    ...fact(t("target.detail.finalUrl"), redirects ? detail.finalUrl : undefined),
    ...fact(t("target.detail.body"), bytes(detail.bodyBytes)),
    ...fact(t("target.detail.wire"), bytes(detail.wireBytes)),
    ...fact(t("detail.headerBytes"), bytes(detail.headerBytes)),
    ...fact(t("target.detail.receive"), detail.receiveBps ? f.speed(detail.receiveBps) : undefined),
    ...fact(t("detail.via"), head?.via),
    ...fact(t("detail.age"), head?.ageS === undefined ? undefined : f.duration(head.ageS)),
    ...fact(t("detail.server"), head?.server),
    ...fact(
      t("detail.contentLength"),
      head?.contentLength === detail.wireBytes ? undefined : bytes(head?.contentLength),
    ),
  ];
}

function connectionFacts(detail: Detail, { t }: Words): Fact[] {
  const { address, family, addresses } = detail;
  return [
    ...fact(
      t("target.detail.address"),
      address === undefined || family === undefined ? address : t("detail.family", { address, family }),
    ),
    ...fact(t("detail.local"), detail.localAddress),
    ...fact(
      t("target.detail.protocol"),
      [detail.protocol, detail.tlsProtocol].filter((one) => one !== undefined).join(" · "),
    ),
    ...(addresses
      ? fact(
          t("detail.addresses"),
          addresses.other === undefined
            ? t("detail.addresses.text", { up: addresses.up, of: addresses.of })
            : t("detail.addresses.other", { up: addresses.up, of: addresses.of, other: addresses.other }),
          addresses.up < addresses.of,
        )
      : []),
  ];
}

function nameFacts({ resolver, answers = [] }: Detail, { t, f }: Words): Fact[] {
  const said = answers.map(({ address, ttlS }) =>
    ttlS === undefined ? address : t("detail.ttl", { address, ttl: f.duration(ttlS) }),
  );
  return [...fact(t("detail.resolver"), resolver), ...fact(t("detail.answers"), said.join("\n"))];
}

/** Days left, the chain as sent, and what is wrong with it. */
export function certificateFacts(
  certificate: Certificate,
  unverified: boolean,
  atMs: number,
  { t, f }: Words,
): Fact[] {
  const { subject, issuer, notAfterS, problem, chain = [], fingerprint256 } = certificate;
  const days = Math.floor((notAfterS * 1000 - atMs) / DAY_MS);
  const date = f.date(notAfterS * 1000);
  return [
    ...fact(t("detail.cert.subject"), subject),
    ...fact(t("detail.cert.issuer"), issuer),
    ...fact(
      t("detail.cert.until"),
      days < 0 ? t("detail.cert.expired", { date }) : t("detail.cert.days", { date, n: days }),
      days < SOON_DAYS,
    ),
    ...fact(
      t("detail.cert.problem"),
      listOf([...(problem ? [problem] : []), ...(unverified ? [t("detail.unverified")] : [])], { t }),
      true,
    ),
    ...fact(t("detail.cert.chain"), chain.join(" ← ")),
    ...fact(
      t("detail.cert.fingerprint"),
      fingerprint256.length > FINGERPRINT_SHOWN
        ? `${fingerprint256.slice(0, FINGERPRINT_SHOWN)}…`
        : fingerprint256,
    ),
  ];
}

function measurementFacts({ lateMs, loopDelayMs, note }: Detail, { t, f }: Words): Fact[] {
  return [
    ...fact(t("target.detail.late"), lateMs === undefined ? undefined : f.ms(lateMs)),
    ...fact(t("detail.loop"), loopDelayMs ? f.ms(loopDelayMs) : undefined),
    ...fact(t("detail.note"), note === undefined ? note : t.said(note)),
  ];
}
