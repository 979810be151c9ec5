/** Rows of two fields each: headers, JSON values. One is added at a time, none is there before. */
import type { TargetedInputEvent } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Note } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";
import type { Pair } from "./pairs.ts";
import type { Problems } from "./problems.ts";

type RowsProps = {
  /** Of the draft; problems stand under `field.0.name` and `field.0.value`. */
  field: string;
  label: string;
  hint?: string;
  add: string;
  /** What stands on each side. */
  sides: readonly [string, string];
  rows: readonly Pair[];
  onRows: (rows: readonly Pair[]) => void;
  wrong: Problems;
  most: number;
};

export function Rows(props: RowsProps) {
  const { field, label, hint, add, sides, rows, onRows, wrong, most } = props;
  const box = useRef<HTMLFieldSetElement>(null);
  const [added, setAdded] = useState(0);
  useLayoutEffect(() => {
    const newest = [...(box.current?.querySelectorAll(".pair") ?? [])].at(-1);
    if (added > 0) newest?.querySelector("input")?.focus();
  }, [added]);
  const change = (at: number, next: Partial<Pair>) =>
    onRows(rows.map((row, i) => (i === at ? { ...row, ...next } : row)));
  const remove = (at: number) => {
    onRows(rows.filter((_, i) => i !== at));
    box.current?.querySelector<HTMLButtonElement>("button.add")?.focus();
  };
  return (
    <fieldset ref={box} data-rows={field}>
      <legend>{label}</legend>
      <Note hint={rows.length > 0 ? hint : undefined} wrong={wrong[field]} />
      {rows.map((row, i) => (
        <div class="pair" key={i}>
          <Side
            label={`${label} ${i + 1}: ${sides[0]}`}
            placeholder={sides[0]}
            value={row.name}
            wrong={wrong[`${field}.${i}.name`]}
            onValue={(name) => change(i, { name })}
          />
          <Side
            label={`${label} ${i + 1}: ${sides[1]}`}
            placeholder={sides[1]}
            value={row.value}
            wrong={wrong[`${field}.${i}.value`]}
            onValue={(value) => change(i, { value })}
          />
          <RemoveRow n={i + 1} onRemove={() => remove(i)} />
        </div>
      ))}
      {rows.length < most && (
        <div>
          <button
            type="button"
            class="btn add"
            onClick={() => {
              onRows([...rows, { name: "", value: "" }]);
              setAdded(added + 1);
            }}
          >
            {add}
          </button>
        </div>
      )}
    </fieldset>
  );
}

type SideProps = {
  label: string;
  placeholder: string;
  value: string;
  wrong: string | undefined;
  onValue: (value: string) => void;
};

function Side({ label, placeholder, value, wrong, onValue }: SideProps) {
  const id = useId();
  return (
    <div class="f">
      <input
        class="in mono"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={wrong ? id : undefined}
        onInput={(event: TargetedInputEvent<HTMLInputElement>) => onValue(event.currentTarget.value)}
      />
      <Note id={id} wrong={wrong} />
    </div>
  );
}

function RemoveRow({ n, onRemove }: { n: number; onRemove: () => void }) {
  const { t } = useApp();
  const label = t("form.row.remove", { n });
  return (
    <button type="button" class="btn off" aria-label={label} title={label} onClick={onRemove}>
      <span aria-hidden="true">×</span>
    </button>
  );
}
