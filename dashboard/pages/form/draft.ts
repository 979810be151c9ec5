/**
 * A target as its form holds it: texts as typed, speed in kB/s, the cap in kB; and the way from and to what is sent.
 *
 * Pure. What was not touched is sent as it was, to the letter, with everything that the form does not know; what was
 * absent and is still empty stays absent. What is typed for one kind of URL waits here while the URL is of another.
 */
import type { TargetInput } from "../../../collector/wire/target.ts";
import { ADDRESS_PARTS, type AddressDraft, addressDraftOf } from "./address-draft.ts";
import { COMMON_PARTS, type CommonDraft, commonDraftOf } from "./common-draft.ts";
import { EXPECT_PARTS, type ExpectDraft, expectDraftOf } from "./expect-draft.ts";
import { kindOf } from "./kinds.ts";
import { type Part, putAt, valueAt } from "./part.ts";
import { REQUEST_PARTS, type RequestDraft, requestDraftOf } from "./request-draft.ts";
import { TLS_PARTS, type TlsDraft, tlsDraftOf } from "./tls-draft.ts";

export type Draft = CommonDraft & RequestDraft & ExpectDraft & TlsDraft & AddressDraft;

/** What is sent to be judged and stored by the collector: a target's input, defaults left out where they were. */
export type TargetJson = Record<string, unknown>;

export const CRON_PRESETS: Readonly<Record<string, string>> = {
  "60": "* * * * *",
  "300": "*/5 * * * *",
  "600": "*/10 * * * *",
  "1800": "*/30 * * * *",
  "3600": "0 * * * *",
};

/** A form nobody has touched. */
export function emptyDraft(timeZone: string): Draft {
  return draftOf({
    name: "",
    url: "",
    from: { all: true, carriers: [], tags: [], vantages: [] },
    method: "GET",
    family: "any",
    cron: "*/5 * * * *",
    timeZone,
    expect: { status: ["200-299"] },
    timeouts: { connectMs: 5000, totalMs: 10_000 },
    redirects: 5,
    bodyCapBytes: 10_000_000,
    alarm: { lines: {}, ticks: 2, carriers: "majority" },
    yMax: {},
    recipients: null,
  });
}

/** The form of a target that exists. */
export function draftOf(target: TargetInput): Draft {
  return {
    ...commonDraftOf(target),
    ...requestDraftOf(target),
    ...expectDraftOf(target),
    ...tlsDraftOf(target),
    ...addressDraftOf(target),
  };
}

const PARTS: readonly Part[] = [
  ...COMMON_PARTS,
  ...REQUEST_PARTS,
  ...EXPECT_PARTS,
  ...TLS_PARTS,
  ...ADDRESS_PARTS,
];

/** What the form says. @param before The target being edited; null = a new one. */
export function inputOf(draft: Draft, before: TargetInput | null): TargetJson {
  const kind = kindOf(draft.url);
  const was = before === null ? null : draftOf(before);
  const kindChanged = before !== null && kindOf(before.url) !== kind;
  const input: TargetJson = structuredClone(before ?? {});
  for (const part of PARTS) {
    if (!part.kinds.includes(kind)) {
      if (kindChanged) putAt(input, part.path, undefined);
    } else if (was === null || !same(part, draft, was)) {
      putAt(input, part.path, part.write(draft, valueAt(input, part.path)));
    }
  }
  return input;
}

function same(part: Part, a: Draft, b: Draft): boolean {
  return JSON.stringify(part.view(a)) === JSON.stringify(part.view(b));
}
