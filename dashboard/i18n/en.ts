/** English: the same sentences as zh.ts, key by key. */
import { enEvidence } from "./en-evidence.ts";
import { enFailures } from "./en-failures.ts";
import { enForms } from "./en-forms.ts";
import { enPages } from "./en-pages.ts";
import { enProblems } from "./en-problems.ts";
import { enSettings } from "./en-settings.ts";
import type { Key } from "./zh.ts";

const onPages = Object.assign({}, enPages, enEvidence, enFailures);

// Not by spreading: see zh.ts.
export const en: Readonly<Record<Key, string>> = Object.assign(onPages, enForms, enSettings, enProblems);
