/** A part of the form that is folded away until it holds something, or something in it is wrong. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

type FoldProps = {
  title: string;
  /** What is in it, seen while it is closed. */
  sub?: string;
  holds: boolean;
  wrong: boolean;
  name?: string;
  children: ComponentChildren;
};

/** Opens by itself, never closes by itself: not under the hands of somebody who empties a field. */
export function Fold({ title, sub, holds, wrong, name, children }: FoldProps) {
  const [open, setOpen] = useState(holds || wrong);
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  return (
    <details
      class="fold"
      data-section={name}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        {title}
        {sub && !open && <span class="small">{sub}</span>}
      </summary>
      <div class="form">{children}</div>
    </details>
  );
}
