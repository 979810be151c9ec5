/** The folded sections of the form: what each is made of, whether a kind has it, whether it holds something. Pure. */
import { ADDRESS_PARTS } from "./address-draft.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { EXPECT_PARTS } from "./expect-draft.ts";
import { kindOf } from "./kinds.ts";
import type { Part } from "./part.ts";
import type { Problems } from "./problems.ts";
import { REQUEST_PARTS } from "./request-draft.ts";
import { TLS_PARTS } from "./tls-draft.ts";

export const SECTIONS = ["asked", "up", "tls", "addresses"] as const;
export type Section = (typeof SECTIONS)[number];

/** Limits of the reading stand with the timeouts, under "Advanced". */
const LIMITS = ["redirects", "bodyCapBytes"];

const PARTS: Readonly<Record<Section, readonly Part[]>> = {
  asked: REQUEST_PARTS.filter((one) => !LIMITS.includes(one.path)),
  up: EXPECT_PARTS,
  tls: TLS_PARTS,
  addresses: ADDRESS_PARTS,
};

const FIELDS: Readonly<Record<Section, readonly (keyof Draft)[]>> = {
  asked: ["method", "headers", "requestBody", "auth", "user", "authSecret", "http2"],
  up: [
    "status",
    "body",
    "matches",
    "json",
    "answerHeaders",
    "minBytes",
    "maxBytes",
    "certificateDays",
    "records",
  ],
  tls: ["ca", "unverified", "clientCertificate", "clientKey", "serverName"],
  addresses: ["family", "measure", "up", "max", "pin", "cache"],
};

const EMPTY = emptyDraft("UTC");

/** Whether the kind of the draft's URL has any of a section. */
export function offers(section: Section, { url }: Pick<Draft, "url">): boolean {
  return PARTS[section].some((one) => one.kinds.includes(kindOf(url)));
}

/** Whether a section says something that its kind has. */
export function holds(section: Section, draft: Draft): boolean {
  return PARTS[section].some((one) => one.kinds.includes(kindOf(draft.url)) && isSet(one, draft));
}

/** Sections that say something which means nothing for the draft's kind, and is not sent. */
export function leftOut(draft: Draft): Section[] {
  const kind = kindOf(draft.url);
  return SECTIONS.filter((section) =>
    PARTS[section].some((one) => !one.kinds.includes(kind) && isSet(one, draft)),
  );
}

/** Whether a problem stands in a section. */
export function isWrong(section: Section, wrong: Problems): boolean {
  const fields: readonly string[] = FIELDS[section];
  return Object.keys(wrong).some((field) => fields.includes(field.split(".")[0] ?? ""));
}

function isSet(one: Part, draft: Draft): boolean {
  return JSON.stringify(one.view(draft)) !== JSON.stringify(one.view(EMPTY));
}
