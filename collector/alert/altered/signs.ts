/**
 * What can differ between carriers at one tick, and when that means that somebody on the way altered it. Pure.
 *
 * A sign is either odd by itself (a name that does not exist, a certificate that does not hold) and must be met by
 * carriers where it is not; or it is one value against another on which all others agree. What content networks and
 * dynamic pages do differently for each carrier is none: other public addresses, a renewed certificate, a length that
 * varies. What came over TLS that holds is the site's own, whatever it says. Next stop: compare.ts.
 */
import type { Difference } from "../../wire/event.ts";
import type { Certificate } from "../../wire/sample.ts";
import { isSpecial, resolvedOf, type Witness } from "./witness.ts";

export type What = Difference["what"];

/** What one witness shows of one thing. */
export type Reading = {
  readonly odd: boolean;
  /** As people read it. */
  readonly text: string;
  /** Unambiguous: one other carrier is enough to tell. */
  readonly sure?: boolean;
};

/** Odd by itself. */
export type Sign = {
  readonly what: What;
  /** @param beside Of the same site or host as the one it is compared with. @returns null = it says nothing of it. */
  readonly read: (witness: Witness, beside: Witness) => Reading | null;
  /** Whether what is odd here is explained by nothing that is fine elsewhere. */
  readonly counts?: (odd: Witness, fine: readonly Witness[]) => boolean;
};

/** One value, on which the others agree. */
export type Agreement = {
  readonly what: What;
  /** @returns null = it says nothing of it. */
  readonly value: (witness: Witness) => string | null;
  readonly comparable: (one: Witness, other: Witness) => boolean;
  readonly counts: (odd: Witness, others: Witness) => boolean;
};

const MISSING_NAMES: ReadonlySet<string> = new Set(["nxdomain", "hijacked"]);
const CUT: ReadonlySet<string> = new Set(["tls-reset", "reset-before-answer", "body-reset"]);
/** Failures that are odd by themselves. */
export const ODD_CAUSES: ReadonlySet<string> = new Set([...MISSING_NAMES, ...CUT, "redirect-refused"]);
/** A date says nothing of who signed, and a chain without its middle is a careless server. */
const CARELESS: ReadonlySet<string> = new Set([
  ...["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"],
  ...["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
]);
/** Pages that name the visitor's address or network differ by less. */
export const LENGTH_MARGIN = 32;
const SHOWN = 3;

const sameHost = (a: Witness, b: Witness) => a.host === b.host;

export const SIGNS: readonly Sign[] = [
  {
    what: "answers",
    read(witness, beside) {
      const cause = witness.sample.failure?.cause ?? "";
      const addresses = resolvedOf(witness, beside.host);
      const text = listed(addresses);
      if (MISSING_NAMES.has(cause)) {
        if (witness.host !== beside.host) return null;
        return { odd: true, text: cause === "nxdomain" ? "NXDOMAIN" : text, sure: cause === "hijacked" };
      }
      if (addresses.length === 0) return null;
      return { odd: addresses.every(isSpecial), text, sure: true };
    },
  },
  {
    what: "certificate",
    read({ sample, site }, beside) {
      const { certificate, unverified } = sample.detail;
      if (!certificate || unverified || site !== beside.site) return null;
      return { odd: certificate.problem !== undefined, text: nameOf(certificate), sure: true };
    },
    counts({ sample }, fine) {
      const shown = sample.detail.certificate;
      return shown !== undefined && isForeign(shown, certificatesOf(fine));
    },
  },
  {
    what: "redirect",
    read({ sample, moved, host }) {
      if (sample.failure?.cause === "redirect-refused")
        return { odd: true, text: moved ? host : (sample.failure.detail ?? "").slice(0, 120), sure: true };
      return sample.detail.status === undefined ? null : { odd: moved, text: host, sure: true };
    },
    counts: isOpen,
  },
  {
    what: "via",
    read: (witness, beside) => headReading(witness, beside, (head) => head.via),
    counts: isSamePlace,
  },
  {
    what: "age",
    read: (witness, beside) =>
      headReading(witness, beside, ({ ageS = 0 }) => (ageS > 0 ? String(ageS) : undefined)),
    counts: isSamePlace,
  },
  {
    what: "reset",
    read({ sample }) {
      const cause = sample.failure?.cause ?? "";
      if (CUT.has(cause)) return { odd: true, text: cause };
      const answered = sample.detail.status !== undefined || sample.state === "up";
      return answered ? { odd: false, text: "" } : null;
    },
  },
];

export const AGREEMENTS: readonly Agreement[] = [
  {
    what: "status",
    value: ({ sample, moved }) =>
      moved || sample.detail.status === undefined ? null : String(sample.detail.status),
    comparable: sameHost,
    // An error at one carrier is a failure; an error everywhere else is one too, which a cache here may hide.
    counts: (odd, others) =>
      isOpen(odd) && statusOf(odd) >= 200 && statusOf(odd) < 400 && statusOf(others) < 500,
  },
  {
    what: "length",
    value({ sample, moved }) {
      const whole = sample.failure === undefined || ["status", "content"].includes(sample.failure.phase);
      const { bodyBytes } = sample.detail;
      return moved || !whole || bodyBytes === undefined ? null : String(bodyBytes);
    },
    comparable: (a, b) => sameHost(a, b) && statusOf(a) === statusOf(b),
    counts: (odd, others) => isOpen(odd) && Math.abs(bytesOf(odd) - bytesOf(others)) >= LENGTH_MARGIN,
  },
  {
    // Where nobody verifies, the others have to show one and the same.
    what: "certificate",
    value({ sample }) {
      const { certificate, unverified } = sample.detail;
      return certificate && unverified ? nameOf(certificate) : null;
    },
    comparable: (a, b) => a.site === b.site,
    counts({ sample }, others) {
      const shown = sample.detail.certificate;
      return shown?.problem !== undefined && isForeign(shown, certificatesOf([others]));
    },
  },
];

/** A certificate that does not hold, and is no careless copy of one that does. */
function isForeign(shown: Certificate, others: readonly Certificate[]): boolean {
  if (others.some((one) => one.fingerprint256 === shown.fingerprint256)) return false;
  const otherIssuer = others.every((one) => one.issuer !== shown.issuer);
  return otherIssuer || !CARELESS.has(shown.problem ?? "");
}

function isOpen({ sealed }: Witness): boolean {
  return !sealed;
}

/** A head of another server says nothing of the way: the same address, or a server that calls itself the same. */
function isSamePlace({ sample, sealed }: Witness, fine: readonly Witness[]): boolean {
  const { address, head } = sample.detail;
  if (sealed) return false;
  return fine.some(
    ({ sample: { detail } }) =>
      (head?.server !== undefined && detail.head?.server === head.server) ||
      (address !== undefined &&
        (detail.address === address || detail.answers?.some((one) => one.address === address))),
  );
}

function headReading(
  { sample, host, moved }: Witness,
  beside: Witness,
  pick: (head: {
    readonly via?: string | undefined;
    readonly ageS?: number | undefined;
  }) => string | undefined,
): Reading | null {
  if (sample.detail.status === undefined || moved || host !== beside.host) return null;
  const text = pick(sample.detail.head ?? {});
  return { odd: text !== undefined && text !== "", text: text ?? "" };
}

function certificatesOf(witnesses: readonly Witness[]): Certificate[] {
  return witnesses.flatMap(({ sample }) => sample.detail.certificate ?? []);
}

/** A certificate as people read it. */
export function nameOf({ subject, issuer }: Certificate): string {
  return `${subject} (${issuer})`.slice(0, 256);
}

function statusOf({ sample }: Witness): number {
  return sample.detail.status ?? 0;
}

function bytesOf({ sample }: Witness): number {
  return sample.detail.bodyBytes ?? 0;
}

/** Sorted, so that the order of answers changes nothing. */
function listed(addresses: readonly string[]): string {
  const sorted = [...new Set(addresses)].sort();
  return sorted.slice(0, SHOWN).join(", ") + (sorted.length > SHOWN ? ", …" : "");
}
