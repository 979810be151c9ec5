/** Chinese: every sentence of the product, in the words of the people who operate sites. The keys are the reference. */
import { zhEvidence } from "./zh-evidence.ts";
import { zhFailures } from "./zh-failures.ts";
import { zhForms } from "./zh-forms.ts";
import { zhPages } from "./zh-pages.ts";
import { zhProblems } from "./zh-problems.ts";
import { zhSettings } from "./zh-settings.ts";

const onPages = Object.assign({}, zhPages, zhEvidence, zhFailures);

// Not by spreading: V8 then makes a shape for each of a thousand keys, 12 MB and 13 ms.
export const zh = Object.assign(onPages, zhForms, zhSettings, zhProblems);

/** A sentence of the product. */
export type Key = keyof typeof zh;
