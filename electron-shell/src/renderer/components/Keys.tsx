/** A shortcut on a button. Drawn, not said: `aria-keyshortcuts` says it. */
export function Keys({ keys, className = "" }: { readonly keys: string; readonly className?: string }) {
  return (
    <kbd
      aria-hidden
      data-word={keys}
      className={`rounded px-1 py-px font-sans text-[10px] leading-tight font-medium whitespace-nowrap before:content-[attr(data-word)] ${className}`}
    />
  );
}
