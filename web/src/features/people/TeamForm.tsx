import { NativeSelect, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useOrganisations } from '@/api/people';
import type { Team } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { changedOnly, type PersonBody } from './PersonForm';

export function TeamForm({ team, onSave, onDone }: { team?: Team; onSave: (body: PersonBody) => Promise<unknown>; onDone: (saved: unknown) => void }) {
  const organisations = useOrganisations();
  const start = { name: team?.name ?? '', email: team?.email ?? '', organisation: team?.organisation?.id ?? '' };
  const [values, setValues] = useState(start);
  const save = useMutation({ mutationFn: onSave, onSuccess: onDone });
  const { byField, rest } = splitErrors(save.error, ['name', 'email', 'organisation']);
  const set = (name: keyof typeof start, value: string) => setValues((before) => ({ ...before, [name]: value }));
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        const body = changedOnly(team ? start : {}, values);
        if (!team) for (const [name, value] of Object.entries(body)) if (value === null) delete body[name];
        save.mutate(body);
      }}
    >
      {rest != null && <ErrorBanner title={t('people:notSaved')} error={rest} />}
      <TextInput label={t('people:field.name')} autoFocus={!team} value={values.name} error={byField.name} onChange={(e) => set('name', e.currentTarget.value)} />
      <div className="two">
        <TextInput label={t('people:field.email')} value={values.email} error={byField.email} onChange={(e) => set('email', e.currentTarget.value)} />
        <NativeSelect label={t('people:field.organisation')} value={values.organisation} error={byField.organisation} onChange={(e) => set('organisation', e.currentTarget.value)} data={[{ value: '', label: t('people:defaultOrganisation') }, ...organisations.map((o) => ({ value: o.id, label: o.name }))]} />
      </div>
      <div className="end">
        <Button type="submit" tone="primary" busy={save.isPending}>
          {t(team ? 'common:save' : 'people:teams.create')}
        </Button>
      </div>
    </form>
  );
}
