/**
 * A Chart.js chart on a canvas that is drawn again without being made again, so that nothing flickers and the tooltip
 * stays. Dragging across it chooses a span of time.
 */

import type { ChartConfiguration } from "chart.js";
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { XY } from "../../charts/lines.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, Tooltip);

/** Less than this many pixels is a click, not a drag. */
const LEAST_DRAG_PX = 8;

type ChartCanvasProps = {
  config: ChartConfiguration<"line", XY[]>;
  label: string;
  /** A span was chosen, UTC seconds. */
  onSpan?: (fromS: number, toS: number) => void;
  /** Said in the middle when there is nothing to draw. */
  empty?: string | undefined;
};

export function ChartCanvas({ config, label, onSpan, empty }: ChartCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<"line", XY[]> | null>(null);
  // Before the next frame, as a page may be printed without one.
  useLayoutEffect(() => {
    if (!canvas.current) return;
    if (!chart.current) chart.current = new Chart(canvas.current, config);
    else redraw(chart.current, config);
  }, [config]);
  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [],
  );
  const drag = useDrag(chart, onSpan);
  return (
    <div class="canvas" {...drag.handlers}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {drag.span && (
        <div
          class="sel"
          style={{ left: `${drag.span.left}px`, width: `${drag.span.width}px` }}
          aria-hidden="true"
        />
      )}
      {empty && <div class="none">{empty}</div>}
    </div>
  );
}

function redraw(chart: Chart<"line", XY[]>, config: ChartConfiguration<"line", XY[]>): void {
  chart.data = config.data;
  if (config.options) chart.options = config.options;
  chart.config.plugins?.splice(0, Number.POSITIVE_INFINITY, ...(config.plugins ?? []));
  chart.update("none");
}

type Span = { readonly left: number; readonly width: number };

function useDrag(
  chart: { current: Chart<"line", XY[]> | null },
  onSpan?: (fromS: number, toS: number) => void,
) {
  const start = useRef<number | null>(null);
  const [span, setSpan] = useState<Span | null>(null);
  const spanTo = (event: PointerEvent): Span | null => {
    const area = chart.current?.chartArea;
    if (start.current === null || !area) return null;
    const clamp = (x: number) => Math.min(area.right, Math.max(area.left, x));
    const [a, b] = [clamp(start.current), clamp(xOf(event))];
    return { left: Math.min(a, b), width: Math.abs(b - a) };
  };
  const handlers = onSpan
    ? {
        onPointerDown(event: PointerEvent) {
          // On a phone a drag scrolls the page.
          if (event.pointerType === "mouse" && event.button === 0) start.current = xOf(event);
        },
        onPointerMove(event: PointerEvent) {
          const now = spanTo(event);
          if (now && now.width >= LEAST_DRAG_PX) setSpan(now);
        },
        onPointerUp(event: PointerEvent) {
          const now = spanTo(event);
          start.current = null;
          setSpan(null);
          const scale = chart.current?.scales["x"];
          if (!now || now.width < LEAST_DRAG_PX || !scale) return;
          const at = (x: number) => Math.round(scale.getValueForPixel(x) ?? 0);
          onSpan(at(now.left), at(now.left + now.width));
        },
        onPointerLeave() {
          start.current = null;
          setSpan(null);
        },
      }
    : {};
  return { span, handlers };
}

function xOf(event: PointerEvent): number {
  const box = event.currentTarget instanceof Element ? event.currentTarget.getBoundingClientRect() : null;
  return event.clientX - (box?.left ?? 0);
}
