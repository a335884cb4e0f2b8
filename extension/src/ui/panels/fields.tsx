// The few kinds of controls that panels are made of.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Block({ title, hint, children }: { title: string; hint?: string; children: ComponentChildren }) {
  return (
    <fieldset class="set">
      <legend>{title}</legend>
      {children}
      {hint && <p class="hint">{hint}</p>}
    </fieldset>
  );
}

export interface ChoiceProps<V extends string | number> {
  label: string;
  value: V;
  options: readonly (readonly [value: V, label: string])[];
  onChange: (value: V) => void;
}

/** One of a few. */
export function Choice<V extends string | number>({ label, value, options, onChange }: ChoiceProps<V>) {
  const name = useId();
  return (
    <div class="seg" role="radiogroup" aria-label={label}>
      {options.map(([v, text]) => (
        <label key={v}>
          <input type="radio" name={name} checked={v === value} onChange={() => onChange(v)} />
          <span>{text}</span>
        </label>
      ))}
    </div>
  );
}

export interface SwitchProps {
  label: string;
  hint?: string | undefined;
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

export function Switch({ label, hint, checked, disabled, onChange }: SwitchProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(e) => onChange(e.currentTarget.checked)}
      />
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}

export interface NumberProps {
  label: string;
  value: number | null;
  max: number;
  step?: number;
  /** Stands in the field while it is empty; short, for fields are. */
  empty?: string;
  onChange: (value: number | null) => void;
}

/** A whole number, or null for an empty field. */
export function NumberField({ label, value, max, step = 1, empty = "", onChange }: NumberProps) {
  return (
    <input
      class="field"
      type="number"
      inputMode="numeric"
      min={0}
      max={max}
      step={step}
      aria-label={label}
      placeholder={empty}
      value={value ?? ""}
      onChange={(e) => {
        const v = e.currentTarget.valueAsNumber;
        onChange(Number.isFinite(v) ? Math.min(max, Math.max(0, Math.round(v))) : null);
      }}
    />
  );
}

/** Buttons that move a thing up and down in its list. */
export function Movers({
  up,
  down,
  onUp,
  onDown,
}: {
  up: string;
  down: string;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
}) {
  return (
    <>
      <button type="button" class="icon" aria-label={up} title={up} disabled={!onUp} onClick={() => onUp?.()}>
        ↑
      </button>
      <button type="button" class="icon" aria-label={down} title={down} disabled={!onDown} onClick={() => onDown?.()}>
        ↓
      </button>
    </>
  );
}
