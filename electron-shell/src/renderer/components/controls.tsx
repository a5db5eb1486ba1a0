/** Small controls that every panel uses. */
import { useId, type ReactNode } from "react";
import { ChevronDown } from "lucide-react";

export function Panel({
  title,
  action,
  children,
}: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-b border-line px-4 py-4 last:border-b-0">
      <div className="mb-3 flex min-h-6 items-center justify-between">
        <h2 id={id} className="text-[13px] font-semibold">
          {title}
        </h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface SelectProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: string;
  readonly options: readonly Option[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

export function Select({ label, hideLabel = false, value, options, disabled = false, onChange }: SelectProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-[12px] text-muted"}>
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
          className="h-9 w-full appearance-none truncate rounded-lg border border-line-strong/50 bg-raised pr-8 pl-2.5 text-[13px] hover:border-line-strong disabled:opacity-60"
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden size={15} className="pointer-events-none absolute top-2.5 right-2.5 text-muted" />
      </div>
    </div>
  );
}

export function Switch({
  label,
  describedBy,
  checked,
  disabled = false,
  onChange,
}: {
  readonly label: string;
  /** Id of an element that says more. */
  readonly describedBy?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-describedby={describedBy}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className={`relative h-5 w-9 shrink-0 rounded-full transition-colors disabled:opacity-60 ${checked ? "bg-accent" : "bg-line-strong"}`}
    >
      <span
        className={`absolute top-0.5 left-0.5 size-4 rounded-full bg-white transition-transform ${checked ? "translate-x-4" : ""}`}
      />
    </button>
  );
}

/** A switch at the end of the line that says what it does. */
export function SwitchLine(props: {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <div className="flex items-center justify-between gap-3">
      <span aria-hidden>{props.label}</span>
      <Switch {...props} />
    </div>
  );
}

export interface IconButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  /** Id of what it opens. */
  readonly controls?: string;
}

export function IconButton({ label, onClick, children, pressed, disabled = false, controls }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={controls === undefined ? pressed : undefined}
      aria-expanded={controls === undefined ? undefined : pressed}
      aria-controls={controls}
      disabled={disabled}
      onClick={onClick}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-hover hover:text-ink disabled:opacity-50 ${pressed === true ? "bg-hover text-ink" : ""}`}
    >
      {children}
    </button>
  );
}

export interface RadioCardProps {
  readonly name: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export function RadioCard({ name, checked, disabled = false, onSelect, children }: RadioCardProps) {
  return (
    <label
      className={`relative block rounded-xl border px-3 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink ${
        disabled ? "cursor-not-allowed opacity-60" : "cursor-pointer"
      } ${checked ? "border-accent bg-accent-soft" : "border-line bg-raised hover:border-line-strong"}`}
    >
      <input type="radio" name={name} checked={checked} disabled={disabled} onChange={onSelect} className="sr-only" />
      {children}
    </label>
  );
}

interface NumberFieldProps {
  readonly label: ReactNode;
  /** In the field's own unit; null where nothing is set, which an empty field then says. */
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly onChange: (value: number | null) => void;
}

/** Takes effect when left; what is no number in range goes back to what was, and so does nothing where it must be one. */
export function NumberField({ label, value, min, max, placeholder, disabled, title, onChange }: NumberFieldProps) {
  const id = useId();
  const shown = value === null ? "" : String(value);
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        {label}
      </label>
      <input
        id={id}
        key={shown}
        type="number"
        defaultValue={shown}
        placeholder={placeholder}
        min={min}
        max={max}
        step="any"
        disabled={disabled}
        title={title}
        onBlur={({ target }) => {
          const { badInput } = target.validity;
          if (target.value === shown && !badInput) return;
          const wanted = target.value === "" ? null : Number(target.value);
          const fits = wanted === null ? placeholder !== undefined : wanted >= min && wanted <= max;
          if (fits && !badInput) onChange(wanted);
          else target.value = shown;
        }}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-raised px-2.5 tabular-nums disabled:opacity-60"
      />
    </div>
  );
}
