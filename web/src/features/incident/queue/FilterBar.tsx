// The condition of the queue, as text. It lives in the URL; an error shows the character it means.
import { IconFilter } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { t } from '@/app/i18n';
import { buttonClass } from '@/ui/Button';
import { FIND_EVENT } from '@/app/Rail';
import { conditionError } from './condition';
import { paths } from '@/app/paths';

type Props = { q: string; error: unknown; onApply: (q: string) => void; focusKey: number };

export function FilterBar({ q, error, onApply, focusKey }: Props) {
  const [text, setText] = useState(q);
  const [base, setBase] = useState(q);
  // Another queue was chosen: its condition replaces what stood here.
  if (base !== q) {
    setBase(q);
    setText(q);
  }
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const fault = error instanceof ApiError && (error.status === 400 || error.status === 422) ? conditionError(error) : null;

  useEffect(() => {
    if (focusKey > 0) input.current?.select();
  }, [focusKey]);
  useEffect(() => {
    const focus = () => input.current?.select();
    window.addEventListener(FIND_EVENT, focus);
    return () => window.removeEventListener(FIND_EVENT, focus);
  }, []);

  return (
    <form
      className="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onApply(text.trim());
        input.current?.blur();
      }}
    >
      <IconFilter aria-hidden />
      <label className="vh" htmlFor={id}>
        {t('incident:filter.label')}
      </label>
      <div className="filter-box grow">
        <input
          id={id}
          ref={input}
          value={text}
          spellCheck={false}
          autoComplete="off"
          placeholder={t('incident:filter.placeholder')}
          aria-invalid={fault !== null || undefined}
          aria-describedby={fault ? `${id}-error` : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setText(q);
            event.currentTarget.blur();
          }}
        />
        {fault && (
          <div className="filter-error" id={`${id}-error`} role="alert">
            {fault.position !== null && (
              <pre aria-hidden>
                {q}
                {'\n'}
                {' '.repeat(fault.position)}^
              </pre>
            )}
            {fault.message}
          </div>
        )}
      </div>
      <kbd aria-hidden>/</kbd>
      <a className={buttonClass('ghost', true)} href={paths.csv(q)} download>
        {t('incident:filter.csv')}
      </a>
    </form>
  );
}
