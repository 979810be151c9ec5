/** Which methods a path has, so that a wrong one is told from a wrong address: 405 with Allow instead of 404. */
import type { App } from "./app.ts";

/** Methods of a path without its query, sorted; empty = there is no such path. */
export type MethodsOf = (path: string) => string[];

/** Notes every route that is registered from now on. Those with a wildcard are pages, and answer for themselves. */
export function noteMethods(app: App): MethodsOf {
  const known = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const noted = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) noted.methods.add(name);
    known.set(url, noted);
  });
  return (path) => {
    const found = [...known.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  };
}

function patternOf(url: string): RegExp {
  const parts = url
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.join("/")}$`);
}
