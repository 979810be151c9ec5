/** The bar of states, and the small line: SVG with one path per state, so that a thousand of them stay light. */
import type { StateCell } from "../../../collector/wire/api-chart.ts";
import { sparkline } from "../../charts/sparkline.ts";
import { cutCells, type StripCell, sinceMade, stripCells } from "../../charts/state-strip.ts";

type StripProps = {
  cells: readonly StateCell[];
  fromS: number;
  toS: number;
  /** When the target was made, UTC s: nothing is drawn for the time before. */
  madeS: number;
  /** Width of one cell, s. */
  cellS: number;
  height: number;
  label: string;
  class?: string;
};

export function Strip(props: StripProps) {
  const { fromS, toS, madeS, cellS, height, label } = props;
  const cells = sinceMade(cutCells(props.cells, cellS), madeS);
  const paths = pathsOf(stripCells(cells, fromS, toS, SLIVER_PX / height), height);
  return (
    <svg
      class={`strip ${props.class ?? ""}`}
      viewBox={`0 0 1000 ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {Object.entries(paths).map(([kind, d]) => (
        <path key={kind} class={kind} d={d} />
      ))}
    </svg>
  );
}

/** Between two cells: a share of the cell, and at most so many units of the view box. */
const GAP_SHARE = 0.22;
const GAP_MOST = 4.6;
/** One failure among a thousand must still be seen; a row of such cells may not look like an outage. */
const SLIVER_PX = 2;

function pathsOf(cells: readonly StripCell[], height: number): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const { x, width, kind, downHeight } of cells) {
    const w = Math.max(0.8, width * 1000 * (1 - GAP_SHARE), width * 1000 - GAP_MOST);
    const rect = (top: number, h: number) =>
      `M${round(x * 1000)} ${round(top)}h${round(w)}v${round(h)}h${round(-w)}z`;
    const add = (name: string, d: string) => {
      paths[name] = (paths[name] ?? "") + d;
    };
    if (downHeight < 1) add(kind, rect(0, height * (1 - downHeight)));
    if (downHeight > 0) add("down", rect(height * (1 - downHeight), height * downHeight));
  }
  return paths;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

type SparkProps = { values: readonly (number | null)[]; color: string };

const WIDTH = 96;
const HEIGHT = 24;

export function Spark({ values, color }: SparkProps) {
  const { path, dots } = sparkline(values, WIDTH, HEIGHT);
  return (
    <svg
      class="spark"
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ "--c": color }}
    >
      {path !== "" && <path d={path} />}
      {/* A line of no length with round ends is a dot that no scaling turns into an egg. */}
      {dots.length > 0 && <path class="dots" d={dots.map(({ x, y }) => `M${x} ${y}h0`).join("")} />}
    </svg>
  );
}
