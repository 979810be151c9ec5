/** Finds a target by name, URL or group; `/` focuses it from anywhere. */
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RowFacts } from "../../../collector/wire/overview-rows.ts";
import { useApp } from "../state/app.ts";
import { Link } from "./link.tsx";

const MOST = 8;

export function Search({ rows }: { rows: readonly RowFacts[] }) {
  const { t, router } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const found = text.trim() === "" ? [] : matches(rows, text);
  const leave = () => {
    setText("");
    input.current?.blur();
  };
  const press = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const chosen = found[at];
    if (event.key === "Escape") leave();
    else if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter" && chosen) {
      router.go(`/targets/${chosen.target.id}`);
      leave();
    } else return;
    event.preventDefault();
  };
  return (
    <search class="search">
      <input
        ref={input}
        type="text"
        value={text}
        placeholder={t("nav.search")}
        aria-label={t("nav.search")}
        onKeyDown={press}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
      {text.trim() !== "" && (
        <ul>
          {found.length === 0 && (
            <li>
              <span class="small">{t("nav.searchNone")}</span>
            </li>
          )}
          {found.map((row, i) => (
            <li key={row.target.id} class={i === at ? "at" : ""}>
              <Link to={`/targets/${row.target.id}`} onFollow={leave}>
                {row.target.name}
                <small>{row.target.url}</small>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}

function matches(rows: readonly RowFacts[], text: string): RowFacts[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows
    .filter(({ target }) => {
      const hay = `${target.name} ${target.url} ${target.group}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .slice(0, MOST);
}

function isTyping(where: EventTarget | null): boolean {
  return (
    where instanceof HTMLElement &&
    (where.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(where.tagName))
  );
}
