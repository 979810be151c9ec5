/**
 * The shape of most settings: a list of things, each with its buttons, one more by a button below, a dialog to add or
 * edit, a question before one is removed.
 */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Confirm } from "../parts/dialog.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";

/** What the dialog to add (`before` null) or edit is given. */
export type ItemForm<T> = {
  before: T | null;
  all: readonly T[];
  /** Leaves it; what is there is loaded again. */
  onSaved: () => void;
  onClose: () => void;
};

type ItemSectionProps<T> = {
  /** Where the API lists them, under a key of the same name, and removes one. */
  path: string;
  add: string;
  /** Said where there is none. */
  none?: string;
  idOf: (item: T) => string;
  nameOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  form: (form: ItemForm<T>) => ComponentChildren;
  /** What the button that opens the form of one says; absent = none can be edited. */
  edit?: string;
  /** Whether it has a button to remove it, or the sentence that says why that one is off. Absent: each has. */
  removable?: (item: T) => boolean | string;
  /** Something was added, changed or removed. */
  onChanged?: () => void;
};

export function ItemSection<T>(props: ItemSectionProps<T>) {
  const { path, form, idOf, nameOf } = props;
  const { t, client } = useApp();
  const [open, setOpen] = useState<T | "new" | null>(null);
  const [removing, setRemoving] = useState<T | null>(null);
  const list = useResource(path, (signal) =>
    client.get<Readonly<Record<string, readonly T[]>>>(path, signal),
  );
  const changed = () => {
    list.reload();
    props.onChanged?.();
  };
  if (!list.data) return list.error ? <ProblemBox error={list.error} retry={list.reload} /> : null;
  const items = list.data[path.slice(1)] ?? [];
  const before = open === "new" ? null : open;
  const close = () => setOpen(null);
  const onSaved = () => {
    close();
    changed();
  };
  return (
    <div class="stack">
      {props.none !== undefined && items.length === 0 && <p class="sub">{props.none}</p>}
      <ul class="items">
        {items.map((one) => (
          <Row
            key={idOf(one)}
            item={one}
            {...props}
            onEdit={() => setOpen(one)}
            onRemove={() => setRemoving(one)}
          />
        ))}
      </ul>
      <div>
        <button type="button" class="btn primary" onClick={() => setOpen("new")}>
          {props.add}
        </button>
      </div>
      {open && form({ before, all: items, onSaved, onClose: close })}
      {removing && (
        <Confirm
          title={t("settings.remove.title", { name: nameOf(removing) })}
          text={t("settings.remove.text")}
          action={t("common.remove")}
          danger
          onConfirm={() => client.remove(`${path}/${idOf(removing)}`).then(changed)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

type RowProps<T> = ItemSectionProps<T> & { item: T; onEdit: () => void; onRemove: () => void };

function Row<T>({ item, row, edit, removable, onEdit, onRemove }: RowProps<T>) {
  const { t } = useApp();
  const id = useId();
  const may = removable?.(item) ?? true;
  const why = typeof may === "string" ? may : undefined;
  return (
    <li>
      <span class="what">{row(item)}</span>
      <span class="push row">
        {edit !== undefined && (
          <button type="button" class="btn" onClick={onEdit}>
            {edit}
          </button>
        )}
        {may !== false && (
          <button
            type="button"
            class="btn danger"
            disabled={why !== undefined}
            title={why}
            aria-describedby={why === undefined ? undefined : id}
            onClick={onRemove}
          >
            {t("common.remove")}
          </button>
        )}
        {why !== undefined && (
          <span class="sr" id={id}>
            {why}
          </span>
        )}
      </span>
    </li>
  );
}
