/** Form fields: label, hint and problem belong together, for eyes and for screen readers. */
import type { ComponentChildren, TargetedEvent, TargetedInputEvent } from "preact";
import { useId } from "preact/hooks";

export type FieldProps = {
  label: string;
  hint?: string | undefined;
  /** What is wrong with it; undefined = nothing. */
  wrong?: string | undefined;
};

type TextProps = FieldProps & {
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "password" | "url" | "email" | "number" | "datetime-local" | "color";
  name?: string;
  placeholder?: string;
  autocomplete?: string;
  big?: boolean;
  mono?: boolean;
  list?: readonly string[];
  /** Unit behind the field. */
  unit?: string;
  required?: boolean;
  autofocus?: boolean;
  /** Of the carrier it is about. */
  color?: string;
};

/** One line of text, or a number that is still text. */
export function TextField(props: TextProps) {
  const id = useId();
  const { label, hint, wrong, value, onValue, unit, list } = props;
  const kind: Record<string, unknown> = { type: props.type === "number" ? "text" : (props.type ?? "text") };
  const input = (
    <input
      {...kind}
      id={id}
      class={`in ${props.big ? "big" : ""} ${props.mono ? "mono" : ""}`}
      inputMode={props.type === "number" ? "decimal" : undefined}
      name={props.name}
      value={value}
      placeholder={props.placeholder}
      autocomplete={props.autocomplete ?? "off"}
      spellcheck={false}
      required={props.required}
      autofocus={props.autofocus}
      list={list ? `${id}-list` : undefined}
      aria-invalid={wrong ? "true" : undefined}
      aria-describedby={wrong || hint ? `${id}-note` : undefined}
      onInput={(event: TargetedInputEvent<HTMLInputElement>) => onValue(event.currentTarget.value)}
    />
  );
  return (
    <div class="f">
      <label for={id}>
        {props.color && <Dot color={props.color} />}
        {label}
      </label>
      {unit ? (
        <div class="unit">
          {input}
          <span>{unit}</span>
        </div>
      ) : (
        input
      )}
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      <Note id={`${id}-note`} hint={hint} wrong={wrong} />
    </div>
  );
}

export type Option<V extends string> = { readonly value: V; readonly label: string };

type SelectProps<V extends string> = FieldProps & {
  value: V;
  options: readonly Option<V>[];
  onValue: (value: V) => void;
  name?: string;
};

/** One of a few, as a list that folds out. */
export function SelectField<V extends string>(props: SelectProps<V>) {
  const id = useId();
  const pick = (event: TargetedEvent<HTMLSelectElement>) => {
    const option = props.options[event.currentTarget.selectedIndex];
    if (option) props.onValue(option.value);
  };
  return (
    <div class="f">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        class="in"
        name={props.name}
        value={props.value}
        onChange={pick}
        aria-invalid={props.wrong ? "true" : undefined}
        aria-describedby={props.wrong || props.hint ? `${id}-note` : undefined}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === props.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Note id={`${id}-note`} hint={props.hint} wrong={props.wrong} />
    </div>
  );
}

type SmallSelectProps<V extends string> = {
  /** Not shown: what stands around it says it. */
  label: string;
  value: V;
  options: readonly Option<V>[];
  onValue: (value: V) => void;
};

/** The same in a heading, without a line of its own. */
export function SmallSelect<V extends string>({ label, value, options, onValue }: SmallSelectProps<V>) {
  return (
    <select
      class="small-select"
      aria-label={label}
      value={value}
      onChange={(event: TargetedEvent<HTMLSelectElement>) => {
        const option = options[event.currentTarget.selectedIndex];
        if (option) onValue(option.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} selected={option.value === value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

type ChoiceProps<V extends string> = FieldProps & {
  /** The chosen values; one, unless `many`. */
  chosen: readonly V[];
  options: readonly (Option<V> & { readonly color?: string })[];
  onToggle: (value: V) => void;
  many?: boolean;
  name: string;
};

/** A few things to choose from, all in sight. */
export function Choices<V extends string>(props: ChoiceProps<V>) {
  return (
    <fieldset>
      <legend>{props.label}</legend>
      <div class="choices">
        {props.options.map((option) => (
          <label key={option.value} class="choice">
            <input
              type={props.many ? "checkbox" : "radio"}
              name={props.name}
              value={option.value}
              checked={props.chosen.includes(option.value)}
              onChange={() => props.onToggle(option.value)}
            />
            {option.color && <Dot color={option.color} />}
            {option.label}
          </label>
        ))}
      </div>
      <Note hint={props.hint} wrong={props.wrong} />
    </fieldset>
  );
}

/** A carrier's colour. */
export function Dot({ color }: { color: string }) {
  return <span class="dot" style={{ "--c": color }} aria-hidden="true" />;
}

/** What is wrong with a field, else how it is meant. */
export function Note({
  id,
  hint,
  wrong,
}: {
  id?: string;
  hint?: string | undefined;
  wrong?: string | undefined;
}) {
  if (wrong)
    return (
      <span class="wrong" id={id} role="alert">
        {wrong}
      </span>
    );
  return hint ? (
    <span class="hint" id={id}>
      {hint}
    </span>
  ) : null;
}

type AreaProps = FieldProps & {
  value: string;
  onValue: (value: string) => void;
  name: string;
  placeholder?: string;
  rows?: number;
};

/** Several lines of text that machines read: certificates, bodies, lists. */
export function TextArea(props: AreaProps) {
  const id = useId();
  const { label, hint, wrong, value, onValue } = props;
  return (
    <div class="f">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="in mono"
        name={props.name}
        rows={props.rows ?? 3}
        value={value}
        placeholder={props.placeholder}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={wrong || hint ? `${id}-note` : undefined}
        onInput={(event: TargetedInputEvent<HTMLTextAreaElement>) => onValue(event.currentTarget.value)}
      />
      <Note id={`${id}-note`} hint={hint} wrong={wrong} />
    </div>
  );
}

type TickBoxProps = FieldProps & { value: boolean; onValue: (value: boolean) => void; name: string };

/** Yes or no. */
export function TickBox({ label, hint, wrong, value, onValue, name }: TickBoxProps) {
  const id = useId();
  return (
    <div class="f tick">
      <label for={id}>
        <input
          id={id}
          type="checkbox"
          name={name}
          checked={value}
          aria-invalid={wrong ? "true" : undefined}
          aria-describedby={wrong || hint ? `${id}-note` : undefined}
          onChange={(event: TargetedEvent<HTMLInputElement>) => onValue(event.currentTarget.checked)}
        />
        {label}
      </label>
      <Note id={`${id}-note`} hint={hint} wrong={wrong} />
    </div>
  );
}

type FormProps = { onSubmit: () => void; children: ComponentChildren; label?: string };

/** A form that never reloads the page. */
export function Form({ onSubmit, children, label }: FormProps) {
  return (
    <form
      class="form"
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
