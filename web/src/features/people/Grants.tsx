import { NativeSelect } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { people, useGrants, useOrganisations, useReload, useSeveralOrganisations } from '@/api/people';
import type { Ref, Role } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ApiError } from '@/api/client';
import { ErrorBanner, errorText } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { useMayNot } from '@/features/permission/useMayNot';
import { usePermissions } from '@/features/permission/usePermissions';

/** The grants of one person or team. */
export function Grants({ holder, home }: { holder: Ref; home?: Ref | null }) {
  const { data, error } = useGrants();
  const { data: matrix } = usePermissions();
  const organisations = useOrganisations();
  const several = useSeveralOrganisations();
  const reload = useReload();
  const [role, setRole] = useState<Role>('agent');
  const [organisation, setOrganisation] = useState(home?.id ?? '');
  // An administrator is one of every organisation.
  const everywhere = role === 'administrator';
  const add = useMutation({
    mutationFn: () => people.grant({ holder: holder.id, role, ...(organisation && !everywhere ? { organisation } : {}) }),
    onSettled: reload,
  });
  const remove = useMutation({ mutationFn: people.revoke, onSettled: reload });
  const mayNotGive = useMayNot('grant.create');
  const mayNotTake = useMayNot('grant.delete');
  const { byField, rest } = splitErrors(add.error, ['role', 'organisation']);
  const grants = (data?.items ?? []).filter((grant) => grant.holder.id === holder.id);
  const roles = matrix?.roles ?? [];
  return (
    <section className="box">
      <h2>{t('people:grants.title')}</h2>
      {error && (error instanceof ApiError && error.status === 403 ? <p className="meta">{errorText(error)}</p> : <ErrorBanner error={error} />)}
      {data && grants.length === 0 && <p className="meta">{t('people:grants.none')}</p>}
      <ul className="lines">
        {grants.map((grant) => (
          <li key={grant.id}>
            <span className="grow">
              {tOr(`people:role.${grant.role}`, grant.role)} {(several || !grant.organisation) && <span className="meta">{t('people:grants.in', { name: grant.organisation?.name ?? t('people:grants.all') })}</span>}
            </span>
            <Button small tone="ghost" icon off={mayNotTake} aria-label={t('people:grants.remove', { role: tOr(`people:role.${grant.role}`, grant.role) })} onClick={() => remove.mutate(grant)}>
              <IconX aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {(rest ?? remove.error) != null && <ErrorBanner error={rest ?? remove.error} />}
      {roles.length > 0 && !error && (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <div className="two">
            <NativeSelect label={t('people:grants.role')} value={role} error={byField.role} onChange={(e) => setRole(e.currentTarget.value as Role)} data={roles.map((one) => ({ value: one, label: tOr(`people:role.${one}`, one) }))} />
            <NativeSelect label={t('people:field.organisation')} disabled={everywhere} value={everywhere ? '' : organisation} error={byField.organisation} onChange={(e) => setOrganisation(e.currentTarget.value)} data={[{ value: '', label: t('people:grants.all') }, ...organisations.map((o) => ({ value: o.id, label: o.name }))]} />
          </div>
          <div className="end">
            <Button small type="submit" busy={add.isPending} off={mayNotGive}>
              {t('people:grants.add')}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
