// Finds a person, a team, a service: a text field with a list below (the combobox pattern).
import { TextInput } from '@/ui/inputs';
import { useQuery } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { findRefs, type RefKind } from '@/api/refs';
import type { PersonRef } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from './Button';

type Props = {
  kind: RefKind;
  label: string;
  value: PersonRef | null;
  onChange: (value: PersonRef | null) => void;
  error?: string;
  description?: string;
  hideLabel?: boolean;
  required?: boolean;
  autoFocus?: boolean;
  /** Offered before anything is typed. */
  first?: PersonRef[];
  onEscape?: () => void;
};

/** The first field in which something is typed that nobody chose; it says so and gets the cursor. */
export function refuseLoose(form: HTMLElement | null): boolean {
  const field = form?.querySelector<HTMLInputElement>('input[data-loose]');
  if (!field) return false;
  // Leaving it is what makes it speak.
  field.blur();
  field.focus();
  return true;
}

export function RefPicker({ kind, label, value, onChange, error, description, hideLabel, required, autoFocus, first = [], onEscape }: Props) {
  const [text, setText] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [wanted, setWanted] = useState(false);
  const [left, setLeft] = useState(false);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const asked = useDeferredValue(text ?? '').trim();
  // Typed, but not chosen: it must not be dropped in silence.
  const loose = text !== null && text.trim() !== '' && text.trim() !== value?.name;
  const { data, isFetching } = useQuery({
    queryKey: ['refs', kind, asked],
    queryFn: () => findRefs(kind, asked),
    // Who left before the answer came is told of their own words, not of those before.
    enabled: open || loose,
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
  const found = asked === '' ? [...first, ...(data ?? []).filter((one) => !first.some((f) => f.id === one.id))] : (data ?? []);

  const fresh = !isFetching && asked === (text ?? '').trim();
  const unknown = found.length > 0 ? 'common:pick.choose' : `common:pick.noMatch.${kind === 'people' ? 'people' : 'other'}`;
  const trouble = loose && left && !open ? t(unknown, { text }) : error;

  const choose = (one: PersonRef | null) => {
    onChange(one);
    setText(null);
    setOpen(false);
    setLeft(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (found.length > 0) setActive((at) => (at + step + found.length) % found.length);
    } else if (event.key === 'Enter' && open && !event.ctrlKey) {
      event.preventDefault();
      const one = found[active];
      if (!fresh) setWanted(true);
      else if (one) choose(one);
    } else if (event.key === 'Escape') {
      if (open) {
        event.preventDefault();
        event.stopPropagation();
        setOpen(false);
        setText(null);
      }
      onEscape?.();
    }
  };

  // Enter came before the answer: the best match is taken as soon as it is known.
  // It ends at once: the wish is taken back before anything is chosen.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => {
    if (!wanted || !fresh) return;
    // oxlint-disable-next-line react/set-state-in-effect
    setWanted(false);
    const one = found[0];
    if (one) choose(one);
  });

  const option = (index: number) => `${id}-${index}`;
  return (
    <div className="picker">
      <TextInput
        ref={input}
        label={hideLabel ? undefined : label}
        aria-label={hideLabel ? label : undefined}
        description={description}
        error={trouble}
        data-loose={loose || undefined}
        required={required}
        withAsterisk={false}
        autoComplete="off"
        data-autofocus={autoFocus || undefined}
        autoFocus={autoFocus}
        role="combobox"
        aria-expanded={open}
        aria-controls={open ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={open && found[active] ? option(active) : undefined}
        placeholder={value ? undefined : t('common:pick.typing')}
        value={text ?? value?.name ?? ''}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
          setWanted(false);
          setLeft(false);
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
          setLeft(true);
          if (text?.trim() === '') onChange(null);
          const exact = found.filter((one) => [one.name, one.login].some((name) => name?.toLowerCase() === text?.trim().toLowerCase()));
          if (loose && fresh && exact.length === 1 && exact[0]) choose(exact[0]);
          else if (!loose) setText(null);
        }}
        onKeyDown={press}
        rightSection={
          value && (
            <Button
              tone="ghost"
              small
              icon
              className="picker-x"
              tabIndex={-1}
              aria-label={t('common:pick.clear', { label })}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(null)}
            >
              <IconX aria-hidden />
            </Button>
          )
        }
      />
      {open && (
        <ul className="picker-list" role="listbox" id={`${id}-list`} aria-label={label}>
          {found.map((one, index) => (
            <li
              key={one.id}
              id={option(index)}
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(one);
              }}
              onMouseMove={() => setActive(index)}
            >
              <span className="cut">{one.name}</span>
              {one.login && <span className="meta">{one.login}</span>}
            </li>
          ))}
          {found.length === 0 && (
            <li className="meta" role="option" aria-selected={false} aria-disabled>
              {isFetching ? t('common:loading') : t('common:pick.none')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
