/**
 * The colours a chart is drawn with, as plain strings, so that the page, the mail image and a test use one builder.
 *
 * The values equal the tokens in pages/styles/tokens.css; phases and states were chosen to stay apart for readers
 * who see no red or no green. A carrier's own colour is stored for light ground and lightened for the dark one.
 */
import { PHASES, type Phase } from "../../collector/wire/metric.ts";

/** Phases in the order they are drawn, left to right and bottom to top; pages take it from here, wire by type only. */
export const PHASE_ORDER: readonly Phase[] = PHASES;

export type ChartTheme = {
  readonly dark: boolean;
  readonly panel: string;
  readonly line: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly up: string;
  readonly slow: string;
  readonly down: string;
  readonly unknown: string;
  readonly downSoft: string;
  readonly phases: Readonly<Record<Phase, string>>;
  readonly font: string;
};

const FONT =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export const LIGHT: ChartTheme = {
  dark: false,
  panel: "#ffffff",
  line: "#e3e6eb",
  ink: "#17202e",
  ink2: "#47556d",
  ink3: "#5f6b81",
  up: "#217a4a",
  slow: "#965f08",
  down: "#c2303a",
  unknown: "#9aa5b5",
  downSoft: "#fbe6e7",
  phases: { dns: "#8f7ad6", connect: "#3a95ca", tls: "#2b9f85", wait: "#c08619", transfer: "#7d8fa9" },
  font: FONT,
};

export const DARK: ChartTheme = {
  dark: true,
  panel: "#171e28",
  line: "#263040",
  ink: "#e7ecf4",
  ink2: "#a5b2c6",
  ink3: "#8793a8",
  up: "#56b881",
  slow: "#e0ad4e",
  down: "#f0777f",
  unknown: "#66738a",
  downSoft: "#3a1c20",
  phases: { dns: "#a896e6", connect: "#63b5e3", tls: "#52c1a8", wait: "#ebbd5f", transfer: "#6f819b" },
  font: FONT,
};

/**
 * A carrier's colour on the ground it is drawn on.
 *
 * @param hex Stored colour for light ground, `#rrggbb`.
 */
export function carrierColor(hex: string, dark: boolean): string {
  if (!dark) return hex;
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `#${channels.map((c) => hexByte(c + (255 - c) * 0.34)).join("")}`;
}

/** The same colour, see-through. @param alpha 0..1 */
export function withAlpha(hex: string, alpha: number): string {
  return `${hex}${hexByte(alpha * 255)}`;
}

function hexByte(value: number): string {
  return Math.round(Math.min(255, Math.max(0, value)))
    .toString(16)
    .padStart(2, "0");
}
