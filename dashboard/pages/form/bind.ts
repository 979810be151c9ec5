/** A text of the draft and the field that shows it. */
import type { Draft } from "./draft.ts";
import type { PartProps } from "./target-form.tsx";

/** Keys of the draft that hold a text as typed. */
export type TextKey = { [K in keyof Draft]: string extends Draft[K] ? K : never }[keyof Draft];

/** What a field of one text needs of the form. */
export function bind(key: TextKey, { draft, put, wrong }: PartProps) {
  return {
    // A field that is called "matches" or "method" would stand in the place of the form's own.
    name: `target-${key}`,
    value: draft[key],
    wrong: wrong[key],
    onValue: (value: string) => put({ [key]: value }),
  };
}
