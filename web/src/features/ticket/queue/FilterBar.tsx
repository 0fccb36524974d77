// The condition of the queue, as text. It lives in the URL; an error shows the character it means.
import { IconFilter } from '@tabler/icons-react';
import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { ApiError } from '@/api/client';
import { t } from '@/app/i18n';
import { fieldLabel } from '../values';
import { sentence } from '@/ui/words';
import { buttonClass } from '@/ui/Button';
import { useFindAsked } from '@/app/find';
import { conditionError } from './condition';
import { paths } from '@/app/paths';
import { useFields } from '@/api/fields';
import { aboutKind, type Kind } from '@/app/records';
import type { Completion } from './complete';

type Props = { kind: Kind; q: string; error: unknown; onApply: (q: string) => void; focusKey: number };

export function FilterBar({ kind, q, error, onApply, focusKey }: Props) {
  const [text, setText] = useState(q);
  const [base, setBase] = useState(q);
  // Another queue was chosen: its condition replaces what stood here.
  if (base !== q) {
    setBase(q);
    setText(q);
  }
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const fields = useFields(kind);
  // The help loads when one begins to write.
  const [help, setHelp] = useState<typeof import('./complete') | null>(null);
  const [offer, setOffer] = useState<Completion | null>(null);
  const [chosen, setChosen] = useState(-1);
  const fault = error instanceof ApiError && (error.status === 400 || error.status === 422) ? conditionError(error) : null;

  // A refused value is told with those that are taken.
  const choices = fault && help ? help.choicesNamed(fault.message, fields) : '';
  const refused = fault !== null;
  useEffect(() => {
    if (refused) void import('./complete').then(setHelp);
  }, [refused]);
  useEffect(() => {
    if (focusKey > 0) input.current?.select();
  }, [focusKey]);
  useFindAsked(useCallback(() => input.current?.select(), []));

  const offerAt = (next: string, cursor: number) => {
    setOffer(help?.complete(next, cursor, fields, (field) => fieldLabel(field.name, fields, kind)) ?? null);
    setChosen(-1);
  };
  const take = (index: number) => {
    const one = offer?.offers[index];
    if (!offer || !one) return;
    const next = text.slice(0, offer.from) + one.text + text.slice(offer.to);
    const cursor = offer.from + one.text.length;
    setText(next);
    // A name is followed by its values.
    if (one.text.endsWith(':')) offerAt(next, cursor);
    else setOffer(null);
    requestAnimationFrame(() => input.current?.setSelectionRange(cursor, cursor));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (offer && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const all = offer.offers.length;
      setChosen((at) => (event.key === 'ArrowDown' ? (at + 1) % all : (at <= 0 ? all : at) - 1));
    } else if (offer && (event.key === 'Tab' || event.key === 'Enter') && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Escape') {
      if (offer) setOffer(null);
      else {
        setText(q);
        event.currentTarget.blur();
      }
    }
  };

  return (
    <form
      className="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setOffer(null);
        onApply(text.trim());
        input.current?.blur();
      }}
    >
      <IconFilter aria-hidden />
      <label className="vh" htmlFor={id}>
        {t('ticket:filter.label')}
      </label>
      <div className="filter-box grow">
        <input
          id={id}
          ref={input}
          value={text}
          spellCheck={false}
          autoComplete="off"
          placeholder={t('ticket:filter.placeholder')}
          aria-invalid={fault !== null || undefined}
          aria-describedby={fault ? `${id}-error` : undefined}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={offer !== null}
          aria-controls={offer ? `${id}-offers` : undefined}
          aria-activedescendant={offer && chosen >= 0 ? `${id}-${chosen}` : undefined}
          onFocus={() => void import('./complete').then(setHelp)}
          onBlur={() => setOffer(null)}
          onChange={(event) => {
            setText(event.currentTarget.value);
            offerAt(event.currentTarget.value, event.currentTarget.selectionStart ?? event.currentTarget.value.length);
          }}
          onKeyDown={press}
        />
        {offer && (
          <ul className="picker-list offers" role="listbox" id={`${id}-offers`} aria-label={t('ticket:filter.offers')}>
            {offer.offers.map((one, index) => (
              <li
                key={one.text}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === chosen}
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(index);
                }}
              >
                <span className="mono">{one.text}</span>
                <span className="meta cut">{one.hint}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <kbd aria-hidden>/</kbd>
      <a className={buttonClass('ghost', true)} href={paths.csv(aboutKind(kind).place, q)} download>
        {t('ticket:filter.csv')}
      </a>
      {fault && (
        <div className="filter-error" id={`${id}-error`} role="alert">
          {fault.position !== null && (
            <pre aria-hidden>
              {q}
              {'\n'}
              {' '.repeat(fault.position)}^
            </pre>
          )}
          {sentence(fault.message)}
          {choices && <p className="meta">{t('ticket:filter.choices', { choices })}</p>}
        </div>
      )}
    </form>
  );
}
