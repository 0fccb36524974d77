import '../texts';
import './create.css';
import { NativeSelect, Textarea, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useFields } from '@/api/fields';
import { createIncident, usePriorityOf } from '@/api/incidents';
import type { RefKind } from '@/api/refs';
import type { NewIncident, PersonRef } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { useGo } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { useMe } from '@/app/session';
import { draftKey, readDraft, writeDraft } from '@/features/ticket/draft';
import { choicesOf, fieldLabel } from '@/features/ticket/values';
import { Button } from '@/ui/Button';
import { RefPicker, refuseLoose } from '@/ui/RefPicker';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { toast } from '@/ui/Toast';

type Values = Record<string, string | PersonRef | null>;

const FIELDS = ['short_description', 'description', 'caller', 'impact', 'urgency', 'category', 'subcategory', 'contact_type', 'service', 'configuration_item', 'location', 'assignment_group', 'assigned_to'];
const LEVELS = ['3', '2', '1'];

/** The body of the request: what was filled, references by id, levels as numbers. */
export function toBody(values: Values): NewIncident {
  // Without a line the server says what it needs, next to the field.
  const body: NewIncident = { short_description: '' };
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') continue;
    if (typeof value === 'object') Object.assign(body, { [name]: value.id });
    else Object.assign(body, { [name]: name === 'impact' || name === 'urgency' ? Number(value) : value });
  }
  return body;
}

function loadDraft(key: string): Values {
  try {
    return JSON.parse(readDraft(key) || '{}') as Values;
  } catch {
    return {};
  }
}

export function NewIncidentPage() {
  const me = useMe();
  const go = useGo();
  const fields = useFields('incident');
  const labelOf = (name: string) => fieldLabel(name, fields, 'incident');
  const key = draftKey(me.id, 'new', 'incident');
  const [values, setValues] = useState<Values>(() => loadDraft(key));
  const create = useMutation({ mutationFn: createIncident });
  const { byField, rest } = splitErrors(create.error, FIELDS, 'incident', 'ticket');
  const form = useRef<HTMLFormElement>(null);

  const set = (name: string, value: string | PersonRef | null) => {
    const next = { ...values, [name]: value };
    writeDraft(key, JSON.stringify(next));
    setValues(next);
  };
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : '');
  const submit = () => {
    if (refuseLoose(form.current)) return;
    create.mutate(toBody(values), {
      onSuccess: (made) => {
        writeDraft(key, '');
        toast(t('incident:create.done', { number: made.number }));
        go(paths.incident(made.number));
      },
      // The first field with an error gets the cursor, so that it is also heard.
      onError: () => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()),
    });
  };

  const follows = usePriorityOf(Number(text('impact') || LEVELS[0]), Number(text('urgency') || LEVELS[0]));

  const choice = (name: string) => {
    const choices = choicesOf(name, fields);
    const label = labelOf(name);
    const common = { label, error: byField[name], value: text(name), onChange: (e: { currentTarget: { value: string } }) => set(name, e.currentTarget.value) };
    if (choices.length === 0) return <TextInput key={name} {...common} />;
    return <NativeSelect key={name} {...common} data={[{ value: '', label: '–' }, ...choices.map((c) => ({ value: c.code, label: c.label }))]} />;
  };
  const level = (name: string) => (
    <NativeSelect label={labelOf(name)} error={byField[name]} value={text(name) || '3'} onChange={(e) => set(name, e.currentTarget.value)} data={LEVELS.map((value) => ({ value, label: t(`common:level.${value}`) }))} />
  );
  const ref = (name: string, kind: RefKind, first?: PersonRef[], hint?: string) => (
    <RefPicker kind={kind} label={labelOf(name)} value={typeof values[name] === 'object' ? values[name] : null} onChange={(value) => set(name, value)} error={byField[name]} first={first} description={hint} />
  );

  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('incident:create.title')}</h1>
      </div>
      <form
        ref={form}
        className="form create"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            submit();
          }
        }}
      >
        {rest != null && <ErrorBanner title={t('incident:create.failed')} error={rest} />}
        <TextInput className="needed" label={labelOf('short_description')} description={t('incident:create.shortHint')} autoFocus value={text('short_description')} error={byField.short_description} onChange={(e) => set('short_description', e.currentTarget.value)} />
        {ref('caller', 'people', [me], values.caller ? undefined : t('incident:create.self', { name: me.name }))}
        <Textarea label={labelOf('description')} rows={5} value={text('description')} error={byField.description} onChange={(e) => set('description', e.currentTarget.value)} />
        <div className="two">
          {level('impact')}
          {level('urgency')}
        </div>
        {follows !== undefined && <p className="meta" role="status">{t('incident:create.follows', { priority: follows, name: tOr(`common:priority.${follows}`, '') })}</p>}
        <div className="two">
          {choice('category')}
          {choice('subcategory')}
        </div>
        <div className="two">
          {ref('service', 'services')}
          {ref('configuration_item', 'configuration-items')}
        </div>
        <div className="two">
          {ref('assignment_group', 'teams', me.teams)}
          {ref('assigned_to', 'people', [me])}
        </div>
        <div className="two">
          {choice('contact_type')}
          {ref('location', 'locations')}
        </div>
        <div className="end">
          <Button type="submit" tone="primary" busy={create.isPending}>
            {t('incident:create.submit')}
          </Button>
          <Button tone="ghost" onClick={() => go(paths.queue(conditions.mine))}>
            {t('common:cancel')}
          </Button>
          <span className="meta push">
            <kbd>Ctrl Enter</kbd>
          </span>
        </div>
      </form>
    </main>
  );
}
