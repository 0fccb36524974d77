// The buttons of the look. A forbidden action stays reachable by keyboard and says why it is off.
import { forwardRef, useId, type ButtonHTMLAttributes, type ReactNode } from 'react';

export type Tone = 'default' | 'primary' | 'ghost' | 'danger' | 'dangerPrimary' | 'note';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  tone?: Tone;
  small?: boolean;
  /** Square, with an icon alone; needs `aria-label`. */
  icon?: boolean;
  /** Why it cannot be used now; switches the button off. */
  off?: string | null | false;
  busy?: boolean;
  children?: ReactNode;
  'data-autofocus'?: boolean;
};

const CLASS: Record<Tone, string> = { default: '', primary: 'pri', ghost: 'ghost', danger: 'danger', dangerPrimary: 'danger-pri', note: 'note' };

/** The class names of a button, for links that look like one. */
export function buttonClass(tone: Tone = 'default', small = false, icon = false): string {
  return ['btn', CLASS[tone], small && 's', icon && 'ico'].filter(Boolean).join(' ');
}

export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  { tone = 'default', small, icon, off, busy, className, onClick, type = 'button', children, ...rest },
  ref,
) {
  const reasonId = useId();
  const blocked = Boolean(off) || busy;
  return (
    <button
      {...rest}
      ref={ref}
      // oxlint-disable-next-line react/button-has-type
      type={type}
      className={`${buttonClass(tone, small, icon)} ${className ?? ''}`}
      aria-disabled={blocked || undefined}
      aria-describedby={off ? reasonId : rest['aria-describedby']}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
      {off && (
        // Inside, so that the button stays the same element, in its place and with the focus.
        <span id={reasonId} className="tip" aria-hidden>
          {off}
        </span>
      )}
    </button>
  );
});
