/** 3 h, day, week, month, year, or any two instants. */
import { useState } from "preact/hooks";
import type { Range } from "../../../collector/wire/api-chart.ts";
import { TextField } from "../parts/fields.tsx";
import { Segments } from "../parts/segments.tsx";
import { useApp } from "../state/app.ts";
import { fieldTime, RANGES, type Span, timeOfField } from "./range.ts";

type RangeSwitchProps = {
  span: Span;
  shown: { fromS: number; toS: number } | null;
  onSpan: (span: Span) => void;
};

export function RangeSwitch({ span, shown, onSpan }: RangeSwitchProps) {
  const { t } = useApp();
  const [asked, setAsked] = useState(false);
  // A zoom is a custom range as well: its instants are shown, and can be corrected.
  const asking = asked || span.range === "custom";
  const choose = (range: Range) => {
    setAsked(range === "custom");
    if (range !== "custom") onSpan({ range, fromS: null, toS: null });
  };
  return (
    <div class="stack ranges-box">
      <Segments
        class="ranges"
        label={t("target.range.label")}
        value={asking ? "custom" : span.range}
        onValue={choose}
        options={RANGES.map((range) => ({ value: range, label: t(`target.range.${range}`) }))}
      />
      {asking && (
        <CustomRange
          key={`${span.fromS}-${span.toS}`}
          from={span.fromS ?? shown?.fromS}
          to={span.toS ?? shown?.toS}
          onSpan={onSpan}
        />
      )}
    </div>
  );
}

type CustomRangeProps = {
  /** What is shown, UTC seconds; undefined while nothing is. */
  from: number | undefined;
  to: number | undefined;
  onSpan: (span: Span) => void;
};

function CustomRange({ from: fromS, to: toS, onSpan }: CustomRangeProps) {
  const { t, f } = useApp();
  const nowS = Math.floor(Date.now() / 1000);
  const [from, setFrom] = useState(() => fieldTime(fromS ?? nowS - 86_400, f.timeZone));
  const [to, setTo] = useState(() => fieldTime(toS ?? nowS, f.timeZone));
  const [wrong, setWrong] = useState<string | undefined>();
  const apply = () => {
    const [fromS, toS] = [timeOfField(from, f.timeZone), timeOfField(to, f.timeZone)];
    if (fromS === null || toS === null || toS <= fromS) return setWrong(t("target.rangeBackwards"));
    // The collector answers for what has been, up to its now.
    if (fromS >= nowS) return setWrong(t("target.rangeFuture"));
    setWrong(undefined);
    onSpan({ range: "custom", fromS, toS });
  };
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextField label={t("target.from")} type="datetime-local" value={from} onValue={setFrom} />
      <TextField label={t("target.to")} type="datetime-local" value={to} onValue={setTo} wrong={wrong} />
      <button type="submit" class="btn">
        {t("target.apply")}
      </button>
    </form>
  );
}
