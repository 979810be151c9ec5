/** The one query's answer in its other forms: objects, and comma-separated values. Pure; the numbers stay the same. */
import type { QueryColumns, QueryObjects } from "../wire/api-query.ts";

export function objectsOf({ t, columns, ...head }: QueryColumns): QueryObjects {
  return {
    ...head,
    series: columns.map(({ values, ...column }) => ({
      ...column,
      points: t.map((at, i) => ({ t: at, value: values[i] ?? null })),
    })),
  };
}

/** A heading of `t` and the columns' names, then a line per row; an empty field is UNKNOWN. Names hold no comma. */
export function csvOf({ t, columns }: QueryColumns): string {
  const heading = ["t", ...columns.map(({ name }) => name)].join(",");
  const lines = t.map((at, i) => [at, ...columns.map(({ values }) => values[i] ?? "")].join(","));
  return `${[heading, ...lines].join("\n")}\n`;
}
