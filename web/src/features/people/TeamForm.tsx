import { NativeSelect, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useOrganisations, useSeveralOrganisations } from '@/api/people';
import type { Team } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { changedOnly, type PersonBody } from './PersonForm';

export function TeamForm({ team, off, onSave, onDone }: { team?: Team; off?: string | null; onSave: (body: PersonBody) => Promise<unknown>; onDone: (saved: unknown) => void }) {
  const organisations = useOrganisations();
  const several = useSeveralOrganisations();
  const start = { name: team?.name ?? '', email: team?.email ?? '', organisation: team?.organisation?.id ?? '' };
  const [values, setValues] = useState(start);
  const save = useMutation({ mutationFn: onSave, onSuccess: onDone });
  const { byField, rest } = splitErrors(save.error, ['name', 'email', 'organisation'], 'people');
  const set = (name: keyof typeof start, value: string) => setValues((before) => ({ ...before, [name]: value }));
  return (
    <form
      className={`form${off ? ' readonly' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (off) return;
        const body = changedOnly(team ? start : {}, values);
        if (!team) for (const [name, value] of Object.entries(body)) if (value === null) delete body[name];
        save.mutate(body);
      }}
    >
      {rest != null && <ErrorBanner title={t('people:notSaved')} error={rest} />}
      {team && off && <p className="meta">{off}</p>}
      <TextInput label={t('people:field.name')} className={off ? undefined : 'needed'} readOnly={Boolean(off)} autoFocus={!team} value={values.name} error={byField.name} onChange={(e) => set('name', e.currentTarget.value)} />
      <div className="two">
        <TextInput label={t('people:field.email')} readOnly={Boolean(off)} value={values.email} error={byField.email} onChange={(e) => set('email', e.currentTarget.value)} />
        {several && <NativeSelect label={t('people:field.organisation')} disabled={Boolean(off)} value={values.organisation} error={byField.organisation} onChange={(e) => set('organisation', e.currentTarget.value)} data={[{ value: '', label: t('people:defaultOrganisation') }, ...organisations.map((o) => ({ value: o.id, label: o.name }))]} />}
      </div>
      <div className="end">
        <Button type="submit" tone="primary" busy={save.isPending} off={off}>
          {t(team ? 'common:save' : 'people:teams.create')}
        </Button>
      </div>
    </form>
  );
}
