import { Checkbox, NativeSelect, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useOrganisations, useSeveralOrganisations } from '@/api/people';
import type { Person } from '@/api/types';
import { zoneNames } from '@/app/format';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';

export type PersonBody = Record<string, unknown>;

const FIELDS = ['login', 'name', 'email', 'phone', 'organisation', 'zone', 'vip', 'roles'];
const ROLES = ['requester', 'agent', 'incident_manager', 'auditor', 'administrator'];

type Props = { person?: Person; /** Why it cannot be changed; then it is only shown. */ off?: string | null; onSave: (body: PersonBody) => Promise<unknown>; onDone: (saved: unknown) => void };

/** Only what was changed goes to the server. */
export function changedOnly(before: Record<string, unknown>, now: Record<string, unknown>): PersonBody {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => (before[name] ?? '') !== value).map(([name, value]) => [name, value === '' ? null : value]));
}

export function PersonForm({ person, off, onSave, onDone }: Props) {
  const organisations = useOrganisations();
  const several = useSeveralOrganisations();
  const start = {
    login: person?.login ?? '',
    name: person?.name ?? '',
    email: person?.email ?? '',
    phone: person?.phone ?? '',
    organisation: person?.organisation?.id ?? '',
    zone: person?.zone ?? '',
    vip: person?.vip ?? false,
  };
  const [values, setValues] = useState(start);
  const [roles, setRoles] = useState<string[]>(['requester']);
  const save = useMutation({ mutationFn: onSave, onSuccess: onDone });
  const { byField, rest } = splitErrors(save.error, FIELDS, 'people');
  const set = (name: keyof typeof start, value: string | boolean) => setValues((before) => ({ ...before, [name]: value }));
  // The zone on record stays a choice even where this browser does not know it.
  const zones = [{ value: '', label: t('people:zoneNone') }, ...new Set([...(start.zone ? [start.zone] : []), ...zoneNames()])];
  const submit = () => {
    const body = changedOnly(person ? start : {}, values);
    if (!person) {
      for (const [name, value] of Object.entries(body)) if (value === null || value === false) delete body[name];
      body.roles = roles;
    }
    save.mutate(body);
  };
  const line = (name: 'login' | 'name' | 'email' | 'phone') => (
    <TextInput label={t(`people:field.${name}`)} className={!off && (name === 'name' || name === 'login') ? 'needed' : undefined} readOnly={Boolean(off)} value={values[name]} error={byField[name]} autoFocus={!person && name === 'name'} onChange={(e) => set(name, e.currentTarget.value)} />
  );
  return (
    <form
      className={`form${off ? ' readonly' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!off) submit();
      }}
    >
      {rest != null && <ErrorBanner title={t('people:notSaved')} error={rest} />}
      {person && off && <p className="meta">{off}</p>}
      <div className="two">
        {line('name')}
        {line('login')}
      </div>
      <div className="two">
        {line('email')}
        {line('phone')}
      </div>
      <div className="two">
        {several && <NativeSelect label={t('people:field.organisation')} disabled={Boolean(off)} value={values.organisation} error={byField.organisation} onChange={(e) => set('organisation', e.currentTarget.value)} data={[{ value: '', label: t('people:defaultOrganisation') }, ...organisations.map((o) => ({ value: o.id, label: o.name }))]} />}
        <NativeSelect label={t('people:field.zone')} disabled={Boolean(off)} value={values.zone} error={byField.zone} onChange={(e) => set('zone', e.currentTarget.value)} data={zones} />
      </div>
      <Checkbox label={t('people:field.vip')} disabled={Boolean(off)} checked={values.vip} onChange={(e) => set('vip', e.currentTarget.checked)} />
      {!person && (
        <fieldset className="roles">
          <legend>{t('people:field.roles')}</legend>
          {ROLES.map((role) => (
            <Checkbox key={role} label={t(`people:role.${role}`)} checked={roles.includes(role)} onChange={(e) => setRoles(e.currentTarget.checked ? [...roles, role] : roles.filter((one) => one !== role))} />
          ))}
          {byField.roles && <p className="field-error">{byField.roles}</p>}
        </fieldset>
      )}
      <div className="end">
        <Button type="submit" tone="primary" busy={save.isPending} off={off}>
          {t(person ? 'common:save' : 'people:create')}
        </Button>
      </div>
    </form>
  );
}
