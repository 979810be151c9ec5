/** A row of buttons of which one is pressed. */

type SegmentsProps<V extends string> = {
  value: V;
  options: readonly { readonly value: V; readonly label: string }[];
  onValue: (value: V) => void;
  label: string;
  class?: string;
};

export function Segments<V extends string>({
  value,
  options,
  onValue,
  label,
  class: className,
}: SegmentsProps<V>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot lay out as a row in every browser.
    <div class={`seg ${className ?? ""}`} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onValue(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
