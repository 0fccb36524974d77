// A dialog on the browser's own element: it keeps the focus, closes on Escape and gives the focus back.
import { IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { t } from '@/app/i18n';
import { Button } from './Button';

const FIRST = ['input', 'select', 'textarea', 'button:not([aria-disabled])', 'a'].map((what) => `:scope > .dialog-in ${what}`).join(', ');

export function Dialog({ title, wide, onClose, children }: { title: string; wide?: boolean; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    // The browser would choose the cross; the first thing to fill or press is meant.
    dialog?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
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
      onKeyDown={(event) => event.stopPropagation()}
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
