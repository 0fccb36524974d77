// A dialog on the browser's own element: it keeps the focus, closes on Escape and gives the focus back.
import { IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { t } from '@/app/i18n';
import { Button } from './Button';

const FIRST = ['input', 'select', 'textarea', 'button:not([aria-disabled])', 'a'].map((what) => `:scope > .dialog-in ${what}`).join(', ');

/** Arrows go through the buttons of a list, as in a menu. */
function step(event: KeyboardEvent): void {
  const down = event.key === 'ArrowDown';
  if (!(down || event.key === 'ArrowUp') || !(event.target instanceof HTMLElement) || event.target.tagName !== 'BUTTON') return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-list button')];
  const at = buttons.indexOf(event.target);
  if (at < 0) return;
  event.preventDefault();
  buttons[(at + (down ? 1 : -1) + buttons.length) % buttons.length]?.focus();
}

export function Dialog({ title, wide, onClose, children }: { title: string; wide?: boolean; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    // The browser would choose the cross; the first thing to fill or press is meant.
    (dialog?.querySelector<HTMLElement>('[data-autofocus]') ?? dialog?.querySelector<HTMLElement>(FIRST))?.focus();
    return () => {
      // What opened it may be gone, as a button that is possible no more: then the page itself has the focus.
      const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (there ? before : document.getElementById('page'))?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog${wide ? ' wide' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        step(event);
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <Button tone="ghost" small icon aria-label={t('common:close')} onClick={onClose}>
          <IconX aria-hidden />
        </Button>
      </header>
      <div className="dialog-in">{children}</div>
    </dialog>
  );
}
